import { api, keys, type NewSource } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Modal, Radio, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";
import { CopyLine } from "../settings/CopyLine.tsx";
import { Snippets } from "./Snippets.tsx";
import classes from "./sources.module.css";

/** Lines of a text field, without empty ones. */
export const linesOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** Makes a source: what it is, then its key with what to paste into the site or the server. */
export function NewSourceDialog({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<NewSource["kind"]>("browser");
  const [origins, setOrigins] = useState("");
  const create = useMutation({
    mutationFn: () =>
      api.sources.create({ name: name.trim(), kind, origins: kind === "browser" ? linesOf(origins) : [] }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.sources }),
  });
  const made = create.data;
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={made ? made.detail.source.name : t("sources.new")}
      closeOnClickOutside={!made}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {made ? (
        <div className={dialog.form}>
          {made.detail.source.kind === "server" && <Notice tone="warn">{t("apikeys.once")}</Notice>}
          <CopyLine value={made.write_key} label={t("sources.key")} />
          <Snippets kind={made.detail.source.kind} writeKey={made.write_key} />
          <div className={dialog.actions}>
            <Button
              variant="filled"
              onClick={() => void navigate({ to: `/settings/sources/${made.detail.source.id}` as never })}
            >
              {t("sources.watch")}
            </Button>
          </div>
        </div>
      ) : (
        <form
          className={dialog.form}
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate();
          }}
        >
          <TextInput
            data-autofocus
            label={t("field.name")}
            placeholder={t("sources.namePlaceholder")}
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Radio.Group
            label={t("sources.kind")}
            value={kind}
            onChange={(chosen) => setKind(chosen as NewSource["kind"])}
          >
            <div className={classes.kinds}>
              {(["browser", "server"] as const).map((one) => (
                <Radio
                  key={one}
                  value={one}
                  label={t(`sources.kind.${one}`)}
                  description={t(`sources.kindText.${one}`)}
                />
              ))}
            </div>
          </Radio.Group>
          {kind === "browser" && (
            <Textarea
              label={t("sources.origins")}
              description={t("sources.originsText")}
              placeholder="https://shop.example"
              autosize
              minRows={2}
              value={origins}
              onChange={(event) => setOrigins(event.currentTarget.value)}
            />
          )}
          {create.isError && (
            <Notice tone="danger" urgent>
              {messageOf(create.error, t)}
            </Notice>
          )}
          <div className={dialog.actions}>
            <Button variant="subtle" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <Button type="submit" variant="filled" disabled={!name.trim()} loading={create.isPending}>
              {t("apikeys.make")}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
