import type { Attachment, MediaPolicy } from "../contract.ts";
import { Refused } from "./api.ts";
import { type FileProblem, fileProblem, isPicture } from "./media.ts";
import { newClientId } from "./outbox.ts";

/** A file that was chosen, dropped or pasted and belongs to the message being written. */
export interface Upload {
  key: string;
  file: File;
  /** An object URL to draw pictures from before they are on the server. */
  preview: string | null;
  /** From 0 to 1. */
  progress: number;
  state: "waiting" | "uploading" | "done" | "failed" | "refused";
  attachment: Attachment | null;
  problem: FileProblem | "count" | { detail: string } | null;
}

export interface UploadPorts {
  send(file: File, progress: (share: number) => void, signal: AbortSignal): Promise<Attachment>;
  policy(): MediaPolicy | null;
  changed(uploads: Upload[]): void;
}

/** The files of the message being written. They go up as soon as they are chosen, and wait while there is no line. */
export class Uploads {
  readonly #ports: UploadPorts;
  readonly #aborts = new Map<string, AbortController>();
  #uploads: Upload[] = [];
  #ready = false;

  constructor(ports: UploadPorts) {
    this.#ports = ports;
  }

  add(files: Iterable<File>): void {
    for (const file of files) this.#uploads.push(this.#accept(file));
    this.#tell();
    this.#go();
  }

  open(): void {
    this.#ready = true;
    this.#go();
  }

  retry(key: string): void {
    this.#change(key, { state: "waiting", problem: null, progress: 0 });
    this.#go();
  }

  remove(key: string): void {
    this.#aborts.get(key)?.abort();
    const gone = this.#uploads.find((upload) => upload.key === key);
    if (gone?.preview) URL.revokeObjectURL(gone.preview);
    this.#uploads = this.#uploads.filter((upload) => upload.key !== key);
    this.#tell();
  }

  /** The finished files, which now belong to a message; refused ones are dropped with the chips that told why. */
  take(): Attachment[] {
    const taken = this.#uploads
      .map(({ attachment }) => attachment)
      .filter((attachment) => attachment !== null);
    this.clear();
    return taken;
  }

  clear(): void {
    for (const { key } of [...this.#uploads]) this.remove(key);
  }

  #accept(file: File): Upload {
    const policy = this.#ports.policy();
    const counted = this.#uploads.filter(({ state }) => state !== "refused").length;
    let problem: Upload["problem"] = policy ? fileProblem(file, policy) : null;
    if (!problem && policy && counted >= policy.max_files) problem = "count";
    const picture = isPicture({ content_type: file.type });
    return {
      key: newClientId(),
      file,
      preview: picture && !problem ? URL.createObjectURL(file) : null,
      progress: 0,
      state: problem ? "refused" : "waiting",
      attachment: null,
      problem,
    };
  }

  #go(): void {
    if (!this.#ready) return;
    for (const upload of this.#uploads) if (upload.state === "waiting") void this.#send(upload);
  }

  async #send({ key, file }: Upload): Promise<void> {
    const abort = new AbortController();
    this.#aborts.set(key, abort);
    this.#change(key, { state: "uploading" });
    try {
      const progress = (share: number) => this.#change(key, { progress: share });
      const attachment = await this.#ports.send(file, progress, abort.signal);
      this.#change(key, { state: "done", progress: 1, attachment });
    } catch (error) {
      const refused = error instanceof Refused && !error.passing;
      const problem = error instanceof Refused && error.detail ? { detail: error.detail } : null;
      this.#change(key, { state: refused ? "refused" : "failed", problem });
    } finally {
      this.#aborts.delete(key);
    }
  }

  #change(key: string, change: Partial<Upload>): void {
    this.#uploads = this.#uploads.map((upload) => (upload.key === key ? { ...upload, ...change } : upload));
    this.#tell();
  }

  #tell(): void {
    this.#ports.changed([...this.#uploads]);
  }
}
