import type { Attachment } from "@damso/api";
import { useText } from "@damso/i18n";
import {
  IconDownload,
  IconFile,
  IconFileText,
  IconFileZip,
  IconMail,
  IconMusic,
  IconVideo,
} from "@tabler/icons-react";
import classes from "./thread.module.css";

/** Pictures are shown, everything else is named; nothing opens by itself. */
export function AttachmentList({ attachments }: { attachments: Attachment[] }) {
  const pictures = attachments.filter((file) => file.preview_url);
  const files = attachments.filter((file) => !file.preview_url);
  if (attachments.length === 0) return null;
  return (
    <div className={classes.attachments}>
      {pictures.length > 0 && (
        <div className={classes.pictures}>
          {pictures.map((file) => (
            <a key={file.id} href={file.url} target="_blank" rel="noreferrer" className={classes.picture}>
              <img
                src={file.preview_url ?? file.url}
                alt={file.name}
                loading="lazy"
                width={file.width ?? undefined}
                height={file.height ?? undefined}
              />
            </a>
          ))}
        </div>
      )}
      {files.map((file) => (
        <FileLine key={file.id} file={file} />
      ))}
    </div>
  );
}

function FileLine({ file }: { file: Attachment }) {
  const { t, format } = useText();
  const Mark = markOf(file.content_type);
  return (
    <a href={file.url} download={file.name} className={classes.file}>
      <Mark size={18} stroke={1.5} aria-hidden="true" />
      <span className="grow cut">{file.name}</span>
      <span className="small faint num">{format.bytes(file.size)}</span>
      <IconDownload size={15} stroke={1.6} aria-hidden="true" className={classes.fileGet} />
      <span className="sr-only">{t("thread.download")}</span>
    </a>
  );
}

function markOf(type: string) {
  if (type.startsWith("video/")) return IconVideo;
  if (type.startsWith("audio/")) return IconMusic;
  if (type === "message/rfc822") return IconMail;
  if (/zip|compressed|tar/.test(type)) return IconFileZip;
  if (/^text\/|pdf|word|sheet|excel|hwp/.test(type)) return IconFileText;
  return IconFile;
}
