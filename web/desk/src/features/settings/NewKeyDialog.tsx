import { api, keys, type Limits, type Scope } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Checkbox, Modal, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useMe } from "../../app/useMe.ts";
import dialog from "../inbox/dialog.module.css";
import { CopyLine } from "./CopyLine.tsx";
import { LimitsFields } from "./LimitsFields.tsx";

/** Makes a key; its secret is shown this once. */
export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  const me = useMe();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>([]);
  const [limits, setLimits] = useState<Limits>(me.limits);
  const create = useMutation({
    mutationFn: () => api.keys.create({ name: name.trim(), scopes, limits }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.apiKeys }),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("apikeys.new")}
      closeOnClickOutside={!create.data}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {create.data ? (
        <div className={dialog.form}>
          <Notice tone="warn">{t("apikeys.once")}</Notice>
          <CopyLine value={create.data.secret} label={t("apikeys.secret")} />
          <div className={dialog.actions}>
            <Button variant="filled" onClick={onClose}>
              {t("apikeys.kept")}
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
            placeholder={t("apikeys.namePlaceholder")}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Checkbox.Group
            label={t("apikeys.scopes")}
            value={scopes}
            onChange={(chosen) => setScopes(chosen as Scope[])}
          >
            <div className={dialog.checks}>
              {me.permissions.map((scope) => (
                <Checkbox key={scope} value={scope} label={t(`scope.${scope}`)} />
              ))}
            </div>
          </Checkbox.Group>
          <details>
            <summary className="small muted">{t("limits.lead")}</summary>
            <div className={dialog.form} style={{ marginTop: 12 }}>
              <LimitsFields limits={limits} permissions={scopes} onChange={setLimits} />
            </div>
          </details>
          {create.isError && (
            <Notice tone="danger" urgent>
              {messageOf(create.error, t)}
            </Notice>
          )}
          <div className={dialog.actions}>
            <Button variant="subtle" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <Button
              type="submit"
              variant="filled"
              disabled={!name.trim() || scopes.length === 0}
              loading={create.isPending}
            >
              {t("apikeys.make")}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
