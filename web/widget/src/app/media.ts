import type { Attachment, MediaPolicy } from "../contract.ts";

/** Raster formats that a browser only ever draws; everything else, SVG and HTML above all, is offered as a download. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);

export type FileProblem = "type" | "size" | "empty";

export function isPicture(attachment: Pick<Attachment, "content_type">): boolean {
  return PICTURES.has(attachment.content_type.split(";")[0]!.trim().toLowerCase());
}

/** What can be told without asking. Systems that do not know a type (`.hwp` on many) name none: the server decides. */
export function fileProblem(file: Pick<File, "type" | "size">, policy: MediaPolicy): FileProblem | null {
  if (file.size === 0) return "empty";
  if (file.size > policy.max_bytes) return "size";
  return file.type === "" || policy.types.some((pattern) => matches(file.type, pattern)) ? null : "type";
}

/** Bytes as people read them: `1.4 MB`. */
export function readableSize(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

function matches(type: string, pattern: string): boolean {
  if (pattern === "*/*" || pattern === "*") return true;
  if (pattern.endsWith("/*")) return type.startsWith(pattern.slice(0, -1));
  return type === pattern;
}
