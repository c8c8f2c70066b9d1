import { api, type Export } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Progress } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import dialog from "../inbox/dialog.module.css";

/** How far a file is, and the file once it is there. */
export function ExportState({ job, onClose }: { job: Export; onClose: () => void }) {
  const { t, format } = useText();
  const count = format.number(job.done);
  return (
    <div className={dialog.form}>
      {job.state === "failed" ? (
        <Notice tone="danger">{t("export.failed")}</Notice>
      ) : (
        <p className="muted" aria-live="polite">
          {t(job.state === "done" ? "export.done" : "export.making", { count })}
        </p>
      )}
      {job.state === "waiting" && <Progress value={100} animated aria-label={t("export.title")} />}
      <div className={dialog.actions}>
        <Button variant="subtle" onClick={onClose}>
          {t("action.close")}
        </Button>
        {job.state === "done" && (
          <Button
            component="a"
            href={api.exports.fileUrl(job.id)}
            download
            variant="filled"
            leftSection={<IconDownload size={16} stroke={1.8} />}
          >
            {t("export.download")}
          </Button>
        )}
      </div>
    </div>
  );
}
