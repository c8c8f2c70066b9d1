import { api, keys, type PlanEntry } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Modal, Radio, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";
import classes from "./sources.module.css";

interface Props {
  sourceId: string;
  entry: PlanEntry;
  onClose: () => void;
}

/** The schema of one event. */
export function PlanDialog({ sourceId, entry, onClose }: Props) {
  const { t } = useText();
  const client = useQueryClient();
  const [name, setName] = useState(entry.name);
  const [schema, setSchema] = useState(JSON.stringify(entry.schema, null, 2));
  const [mode, setMode] = useState<PlanEntry["mode"]>(entry.mode);
  const parsed = parse(schema);
  const save = useMutation({
    mutationFn: () => api.sources.planEvent(sourceId, { name: name.trim(), schema: parsed ?? {}, mode }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.source(sourceId) });
      onClose();
    },
  });
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={entry.name || t("sources.planEvent")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextInput
          data-autofocus={!entry.name || undefined}
          label={t("sources.eventName")}
          placeholder="Order Completed"
          maxLength={200}
          readOnly={entry.name !== ""}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Textarea
          label={t("sources.schema")}
          description={t("sources.schemaText")}
          autosize
          minRows={8}
          maxRows={18}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--d-mono)", fontSize: 13 } }}
          value={schema}
          error={parsed ? undefined : t("sources.schemaWrong")}
          onChange={(event) => setSchema(event.currentTarget.value)}
        />
        <Radio.Group
          label={t("sources.mode")}
          value={mode}
          onChange={(chosen) => setMode(chosen as PlanEntry["mode"])}
        >
          <div className={classes.kinds}>
            {(["report", "block"] as const).map((one) => (
              <Radio key={one} value={one} label={t(`sources.mode.${one}`)} />
            ))}
          </div>
        </Radio.Group>
        {save.isError && (
          <Notice tone="danger" urgent>
            {messageOf(save.error, t)}
          </Notice>
        )}
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" variant="filled" disabled={!name.trim() || !parsed} loading={save.isPending}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const found: unknown = JSON.parse(text);
    return found && typeof found === "object" && !Array.isArray(found)
      ? (found as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
