import type { Attachment } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton } from "@damso/ui";
import { IconFile, IconPhoto, IconRefresh, IconX } from "@tabler/icons-react";
import classes from "./composer.module.css";
import type { Upload } from "./useUploads.ts";

interface Props {
  attachments: Attachment[];
  uploads: Upload[];
  onRemove: (file: Attachment) => void;
  onRemoveUpload: (key: string) => void;
  onRetry: (upload: Upload) => void;
}

export function AttachmentTray({ attachments, uploads, onRemove, onRemoveUpload, onRetry }: Props) {
  const { t, format } = useText();
  if (attachments.length === 0 && uploads.length === 0) return null;
  return (
    <ul className={classes.tray} aria-label={t("composer.attachments")}>
      {attachments.map((file) => (
        <li key={file.id} className={classes.file}>
          {file.content_type.startsWith("image/") ? (
            <IconPhoto size={16} stroke={1.6} />
          ) : (
            <IconFile size={16} stroke={1.6} />
          )}
          <span className="cut">{file.name}</span>
          <span className="small faint num">{format.bytes(file.size)}</span>
          <IconButton
            label={t("composer.removeFile", { name: file.name })}
            size={20}
            onClick={() => onRemove(file)}
          >
            <IconX size={12} />
          </IconButton>
        </li>
      ))}
      {uploads.map((one) => (
        <li key={one.key} className={classes.file} data-failed={one.error !== null}>
          <span className="cut">{one.name}</span>
          {one.error === null ? (
            <progress
              className={classes.progress}
              value={one.share}
              max={1}
              aria-label={t("composer.uploading", { name: one.name })}
            />
          ) : (
            <>
              <span className={classes.fileError} role="alert">
                {one.error}
              </span>
              <IconButton label={t("action.retry")} size={20} onClick={() => onRetry(one)}>
                <IconRefresh size={12} />
              </IconButton>
            </>
          )}
          <IconButton
            label={t("composer.removeFile", { name: one.name })}
            size={20}
            onClick={() => onRemoveUpload(one.key)}
          >
            <IconX size={12} />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}
