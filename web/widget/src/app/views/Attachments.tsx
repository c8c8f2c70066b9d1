import { useState } from "preact/hooks";
import type { Attachment } from "../../contract.ts";
import { isPicture, readableSize } from "../media.ts";
import { useChat } from "./context.ts";
import { Icon } from "./Icon.tsx";

/** Pictures are drawn, everything else is a download: nothing that came in is ever shown as a document. */
export function Attachments({ files, onDrawn }: { files: readonly Attachment[]; onDrawn?: () => void }) {
  if (files.length === 0) return null;
  return (
    <div class="attachments">
      {files.map((file) =>
        isPicture(file) ? (
          <Picture key={file.id} file={file} onDrawn={onDrawn} />
        ) : (
          <FileLink key={file.id} file={file} />
        ),
      )}
    </div>
  );
}

function Picture({ file, onDrawn }: { file: Attachment; onDrawn?: () => void }) {
  const { words } = useChat();
  const [broken, setBroken] = useState(false);
  if (broken) return <FileLink file={file} />;
  return (
    <a
      class="picture"
      href={file.url}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={words.openPicture(file.name)}
    >
      <img
        src={file.preview_url ?? file.url}
        alt={file.name}
        width={file.width ?? undefined}
        height={file.height ?? undefined}
        onLoad={onDrawn}
        onError={() => setBroken(true)}
      />
    </a>
  );
}

function FileLink({ file }: { file: Attachment }) {
  const { words } = useChat();
  return (
    <a
      class="file"
      href={file.url}
      download={file.name}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={words.download(file.name)}
    >
      <Icon name="file" />
      <span class="file-name">{file.name}</span>
      <span class="file-size">{readableSize(file.size)}</span>
    </a>
  );
}
