import type { ReasonKind } from "./contract.ts";
import { ApiError, type Problem, Unreachable } from "./error.ts";

/** Custom header that a foreign page cannot send without a preflight: half of the CSRF defence. */
const CSRF = { "X-Damso": "desk" };

export type Query = Record<string, string | number | boolean | string[] | null | undefined>;

interface Options {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
  /** Why data is taken out, where that is asked. */
  reason?: StatedReason;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One request to the server: JSON in and out; a problem becomes `ApiError`, silence becomes `Unreachable`. */
export async function request<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") Object.assign(headers, CSRF);
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.reason) Object.assign(headers, stated(options.reason));
  const response = await send(path + search(options.query), {
    method,
    headers,
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
    signal: options.signal,
  });
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Why data is taken out of Damso; the access log keeps it. */
export interface StatedReason {
  kind: ReasonKind;
  note: string;
}

function stated(reason: StatedReason): Record<string, string> {
  const headers: Record<string, string> = { "X-Damso-Reason": reason.kind };
  if (reason.note) headers["X-Damso-Reason-Note"] = encodeURIComponent(reason.note);
  return headers;
}

interface FileOptions {
  query?: Query;
  /** What a file made on the spot is made of; it is asked for by POST then. */
  body?: unknown;
}

/** A file, for a reason. By `fetch` and not by a link: only so can the reason travel beside the address. */
export async function download(path: string, reason: StatedReason, options: FileOptions = {}): Promise<Blob> {
  const made = options.body !== undefined;
  const response = await send(path + search(options.query), {
    method: made ? "POST" : "GET",
    headers: { ...stated(reason), ...(made && { "Content-Type": "application/json", ...CSRF }) },
    body: made ? JSON.stringify(options.body) : undefined,
  });
  return response.blob();
}

async function send(
  address: string,
  init: RequestInit & { headers: Record<string, string> },
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, {
      ...init,
      headers: { "Accept-Language": document.documentElement.lang || "ko", ...init.headers },
      credentials: "same-origin",
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Unreachable(cause);
  }
  if (!response.ok) throw problemOf(response.status, await response.text(), response.statusText);
  return response;
}

interface UploadOptions {
  query?: Query;
  method?: "POST" | "PUT";
  /** The file alone is the body, for what may be larger than a memory. */
  bare?: boolean;
  /** Told the share that is up, 0 to 1. */
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
}

/** Uploads one file; `fetch` cannot tell progress, so this is the one XMLHttpRequest. */
export function upload<T>(
  path: string,
  file: File,
  { method = "POST", query, bare, onProgress, signal }: UploadOptions,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    call.open(method, path + search(query));
    call.setRequestHeader("Accept-Language", document.documentElement.lang || "ko");
    for (const [name, value] of Object.entries(CSRF)) call.setRequestHeader(name, value);
    if (bare) call.setRequestHeader("Content-Type", "application/octet-stream");
    call.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
    call.onerror = () => reject(new Unreachable());
    call.onabort = () => reject(new DOMException("aborted", "AbortError"));
    call.onload = () => {
      if (call.status >= 200 && call.status < 300) resolve(JSON.parse(call.responseText) as T);
      else reject(problemOf(call.status, call.responseText, call.statusText));
    };
    signal?.addEventListener("abort", () => call.abort());
    call.send(bare ? file : form);
  });
}

function problemOf(status: number, text: string, statusText: string): Error {
  const problem = parse(text);
  if (problem) return new ApiError({ ...problem, status });
  // A gateway that answers for a server that is down speaks HTML; that is not a refusal.
  if (status >= 502 && status <= 504) return new Unreachable();
  return new ApiError({
    title: statusText,
    status,
    detail: `${status} ${statusText}`.trim(),
    code: "UNEXPECTED",
  });
}

function parse(text: string): Problem | null {
  try {
    const value = JSON.parse(text) as Partial<Problem> | null;
    return value && typeof value.code === "string" ? (value as Problem) : null;
  } catch {
    return null;
  }
}

function search(query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one));
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}
