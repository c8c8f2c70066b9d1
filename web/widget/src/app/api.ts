import type {
  Attachment,
  Claims,
  Customer,
  Entry,
  EntryPage,
  Opened,
  PageFacts,
  ProofSent,
  Session,
} from "../contract.ts";

/** The server said no, as RFC 9457 problem JSON; `detail` is a sentence in the visitor's language. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly extras: Record<string, unknown>;
  /** Seconds the server asks us to wait, or `null`. */
  readonly retryAfter: number | null;

  constructor(status: number, problem: Record<string, unknown>, retryAfter: number | null) {
    super(`${status} ${String(problem.code ?? "")}`);
    this.status = status;
    this.code = String(problem.code ?? "");
    this.detail = typeof problem.detail === "string" ? problem.detail : "";
    this.extras = problem;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may succeed later, without anybody changing it. */
  get passing(): boolean {
    return this.status >= 500 || this.status === 408 || this.status === 425 || this.status === 429;
  }
}

/** The server was not reached, or its answer was lost: whether it acted is unknown. */
export class Unreachable extends Error {}

export interface SessionRequest {
  visitor?: string;
  identity_token?: string;
  page: PageFacts;
  locale: string;
  timezone: string;
}

export interface NewMessage {
  client_id: string;
  text: string;
  attachment_ids: string[];
  page: PageFacts;
}

const TIMEOUT_MS = 20_000;

/** The widget API. Knows HTTP and nothing about what the answers mean. */
export class Api {
  readonly #root: URL;
  readonly #inbox: string;
  token: string | null = null;
  locale = "ko";

  /** `root` is the address of `/widget/v1/`. */
  constructor(root: URL, inbox: string) {
    this.#root = root;
    this.#inbox = inbox;
  }

  session(request: SessionRequest): Promise<Session> {
    return this.#send("POST", `${encodeURIComponent(this.#inbox)}/session`, request);
  }

  messages(before: string | null): Promise<EntryPage> {
    return this.#send("GET", before === null ? "messages" : `messages?before=${encodeURIComponent(before)}`);
  }

  post(message: NewMessage): Promise<Entry> {
    return this.#send("POST", "messages", message);
  }

  read(messageId: string): Promise<void> {
    return this.#send("POST", "read", { message_id: messageId });
  }

  delivered(messageId: string): Promise<void> {
    return this.#send("POST", "delivered", { message_id: messageId });
  }

  claim(claims: Claims): Promise<void> {
    return this.#send("POST", "claims", claims);
  }

  proveEmail(email: string): Promise<ProofSent> {
    return this.#send("POST", "proof", { email });
  }

  checkCode(email: string, code: string): Promise<{ visitor: string; customer: Customer }> {
    return this.#send("POST", "proof/check", { email, code });
  }

  openContinuation(token: string): Promise<Opened> {
    return this.#send("POST", "continue", { token });
  }

  checkContinuation(token: string, code: string): Promise<{ confirmed: boolean }> {
    return this.#send("POST", "continue/check", { token, code });
  }

  track(name: string, properties: Record<string, unknown>, page: PageFacts): Promise<void> {
    return this.#send("POST", "track", { name, properties, page });
  }

  liveAddress(): string {
    const url = new URL("live", this.#root);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return url.href;
  }

  /** Uploads with progress from 0 to 1; `fetch` cannot tell how far a request body has gone. */
  upload(file: File, progress: (share: number) => void, signal: AbortSignal): Promise<Attachment> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", new URL("uploads", this.#root));
      for (const [name, value] of Object.entries(this.#headers())) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
      request.onerror = request.onabort = () => reject(new Unreachable());
      request.onload = () => {
        const body = parsed(request.responseText);
        if (request.status < 300) resolve(body as unknown as Attachment);
        else reject(new Refused(request.status, body, seconds(request.getResponseHeader("Retry-After"))));
      };
      signal.addEventListener("abort", () => request.abort());
      const form = new FormData();
      form.append("file", file, file.name);
      request.send(form);
    });
  }

  async #send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers = this.#headers();
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const [response, text] = await reach(new URL(path, this.#root), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return (text === "" ? undefined : JSON.parse(text)) as T;
    throw new Refused(response.status, parsed(text), seconds(response.headers.get("Retry-After")));
  }

  #headers(): Record<string, string> {
    const headers: Record<string, string> = { "Accept-Language": this.locale };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    return headers;
  }
}

async function reach(url: URL, request: RequestInit): Promise<[Response, string]> {
  try {
    const response = await fetch(url, request);
    return [response, await response.text()];
  } catch (error) {
    throw new Unreachable(undefined, { cause: error });
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function seconds(header: string | null): number | null {
  const value = Number.parseInt(header ?? "", 10);
  return Number.isFinite(value) ? value : null;
}
