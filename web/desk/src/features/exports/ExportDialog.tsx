import { ApiError, api, type Export, type ExportFormat, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Modal, SegmentedControl, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";
import { ExportState } from "./ExportState.tsx";

const LOOK_EVERY = 1_000;

interface Props {
  title: string;
  lead: string;
  ask: (format: ExportFormat, reason: string) => Promise<Export>;
  onClose: () => void;
}

/** Asks for a file and why, shows how far it is, and hands it over. It is made on when the dialog is closed. */
export function ExportDialog({ title, lead, ask, onClose }: Props) {
  const { t } = useText();
  const client = useQueryClient();
  const [format, setFormat] = useState<ExportFormat>("csv");
  const [reason, setReason] = useState("");
  const start = useMutation({
    mutationFn: () => ask(format, reason),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.exports }),
  });
  const job = useQuery({
    queryKey: [...keys.exports, start.data?.id],
    queryFn: () => api.exports.get(start.data?.id ?? ""),
    enabled: start.isSuccess,
    refetchInterval: (query) => (query.state.data?.state === "waiting" ? LOOK_EVERY : false),
  });
  const shown = job.data ?? start.data;
  const fields = start.error instanceof ApiError ? start.error.fields : {};
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("action.close") }}>
      {shown ? (
        <ExportState job={shown} onClose={onClose} />
      ) : (
        <form
          className={dialog.form}
          onSubmit={(event) => {
            event.preventDefault();
            start.mutate();
          }}
        >
          <p className="muted">{lead}</p>
          <SegmentedControl
            aria-label={t("export.format")}
            data={[
              { value: "csv", label: t("export.csv") },
              { value: "jsonl", label: t("export.jsonl") },
            ]}
            value={format}
            onChange={(value) => setFormat(value as ExportFormat)}
          />
          <TextInput
            data-autofocus
            label={t("export.reason")}
            description={t("export.reasonHint")}
            placeholder={t("export.reasonPlaceholder")}
            maxLength={500}
            value={reason}
            error={fields.reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {start.isError && Object.keys(fields).length === 0 && (
            <Notice tone="danger" urgent>
              {messageOf(start.error, t)}
            </Notice>
          )}
          <div className={dialog.actions}>
            <Button variant="subtle" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <Button type="submit" variant="filled" disabled={!reason.trim()} loading={start.isPending}>
              {t("export.start")}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
