import { readableSize } from "../media.ts";
import type { ChatState } from "../state.ts";
import type { Texts } from "../texts.ts";
import type { Upload } from "../uploads.ts";
import { useChat } from "./context.ts";
import { Icon } from "./Icon.tsx";

export function UploadChips() {
  const { state } = useChat();
  if (state.uploads.length === 0) return null;
  return (
    <ul class="uploads">
      {state.uploads.map((upload) => (
        <Chip key={upload.key} upload={upload} />
      ))}
    </ul>
  );
}

function Chip({ upload }: { upload: Upload }) {
  const { chat, state, words } = useChat();
  const { key, file, preview, progress } = upload;
  const bad = upload.state === "failed" || upload.state === "refused";
  return (
    <li class={bad ? "upload is-bad" : "upload"}>
      {preview ? <img src={preview} alt="" /> : <Icon name="file" />}
      <div class="upload-words">
        <span class="file-name">{file.name}</span>
        {bad ? (
          <span class="problem" role="alert">
            {problem(upload, state, words)}
          </span>
        ) : (
          <span class="file-size">
            {upload.state === "done" ? readableSize(file.size) : words.uploading(Math.round(progress * 100))}
          </span>
        )}
        {!bad && upload.state !== "done" && (
          <progress value={progress} max={1} aria-label={words.uploading(Math.round(progress * 100))} />
        )}
      </div>
      {upload.state === "failed" && (
        <button
          type="button"
          class="icon-button"
          aria-label={words.tryAgain}
          title={words.tryAgain}
          onClick={() => chat.retryUpload(key)}
        >
          <Icon name="retry" size={18} />
        </button>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={words.removeFile(file.name)}
        title={words.removeFile(file.name)}
        onClick={() => chat.removeUpload(key)}
      >
        <Icon name="close" size={18} />
      </button>
    </li>
  );
}

function problem({ problem: cause }: Upload, { policy }: ChatState, words: Texts): string {
  const media = policy?.media;
  switch (cause) {
    case "size":
      return words.fileTooLarge(readableSize(media?.max_bytes ?? 0));
    case "count":
      return words.tooManyFiles(media?.max_files ?? 0);
    case "type":
      return words.fileTypeRefused;
    case "empty":
      return words.fileEmpty;
    default:
      return cause?.detail ?? words.uploadFailed;
  }
}
