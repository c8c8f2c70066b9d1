import { api, type Export, type ExportFormat, keys, type StatedReason } from "@damso/api";
import { useText } from "@damso/i18n";
import { Modal, SegmentedControl } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ReasonDialog } from "../records/ReasonDialog.tsx";
import { ExportState } from "./ExportState.tsx";

const LOOK_EVERY = 1_000;

interface Props {
  title: string;
  lead: string;
  ask: (format: ExportFormat, reason: StatedReason) => Promise<Export>;
  onClose: () => void;
}

/** Asks for a file and why, shows how far it is, and hands it over. It is made on when the dialog is closed. */
export function ExportDialog({ title, lead, ask, onClose }: Props) {
  const { t } = useText();
  const client = useQueryClient();
  const [format, setFormat] = useState<ExportFormat>("csv");
  const [asked, setAsked] = useState<Export | null>(null);
  const job = useQuery({
    queryKey: [...keys.exports, asked?.id],
    queryFn: () => api.exports.get(asked?.id ?? ""),
    enabled: asked !== null,
    refetchInterval: (query) => (query.state.data?.state === "waiting" ? LOOK_EVERY : false),
  });
  if (asked)
    return (
      <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("action.close") }}>
        <ExportState job={job.data ?? asked} onClose={onClose} />
      </Modal>
    );
  return (
    <ReasonDialog
      title={title}
      lead={lead}
      action={t("export.start")}
      onGiven={async (reason) => {
        setAsked(await ask(format, reason));
        await client.invalidateQueries({ queryKey: keys.exports });
      }}
      onClose={onClose}
    >
      <SegmentedControl
        aria-label={t("export.format")}
        data={[
          { value: "csv", label: t("export.csv") },
          { value: "jsonl", label: t("export.jsonl") },
        ]}
        value={format}
        onChange={(value) => setFormat(value as ExportFormat)}
      />
    </ReasonDialog>
  );
}
