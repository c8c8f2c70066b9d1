import type { Attachment, Entry, PageFacts } from "../contract.ts";
import { type NewMessage, Refused } from "./api.ts";
import { backoff, type Clock, type Timer } from "./clock.ts";

/** A message that the server has not confirmed yet. */
export interface Outgoing {
  client_id: string;
  text: string;
  attachments: Attachment[];
  page: PageFacts;
  /** Milliseconds since 1970, on this device. */
  written_at: number;
  state: "waiting" | "sending" | "failed";
  /** Why it failed, in the visitor's language; `stale` when it waited too long to be sent unasked. */
  problem: string | "stale" | null;
}

export interface OutboxPorts {
  clock: Clock;
  /** Sends one message; the same `client_id` again gives the same entry again. */
  post(message: NewMessage): Promise<Entry>;
  /** Keeps one message beyond this page's life, or forgets it. */
  keep(clientId: string, value: string | null): void;
  stored(entry: Entry, message: Outgoing): void;
  changed(messages: Outgoing[]): void;
}

/** What was written longer ago is not sent without asking: its moment may have passed. */
const STALE_MS = 24 * 60 * 60_000;

/**
 * Everything the visitor wrote and the server has not confirmed, in the order written, one at a time.
 *
 * A lost answer is no failure: the message is offered again under its client id until the server has it.
 * Only a refusal that would stay a refusal fails a message; the visitor then retries or deletes it.
 */
export class Outbox {
  readonly #ports: OutboxPorts;
  #messages: Outgoing[] = [];
  #ready = false;
  #busy = false;
  #attempt = 0;
  #timer: Timer | null = null;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  get messages(): readonly Outgoing[] {
    return this.#messages;
  }

  /** Takes up what an earlier page left, oldest first. */
  restore(kept: readonly string[]): void {
    const known = new Set(this.#messages.map(({ client_id }) => client_id));
    const found = kept.map(revive).filter((message) => message !== null && !known.has(message.client_id));
    for (const message of found as Outgoing[]) {
      const stale = this.#ports.clock.now() - message.written_at > STALE_MS;
      const problem = stale ? "stale" : message.problem;
      this.#messages.push({ ...message, problem, state: problem ? "failed" : "waiting" });
    }
    this.#messages.sort((a, b) => a.written_at - b.written_at);
    this.#tell();
  }

  add(message: Pick<Outgoing, "client_id" | "text" | "attachments" | "page">): void {
    const outgoing: Outgoing = {
      ...message,
      written_at: this.#ports.clock.now(),
      state: "waiting",
      problem: null,
    };
    this.#messages.push(outgoing);
    this.#keep(outgoing);
    this.#tell();
    this.#go();
  }

  /** The line is up: what waits goes now. */
  open(): void {
    this.#ready = true;
    this.#hurry();
  }

  /** The line is down: what waits stays. */
  shut(): void {
    this.#ready = false;
    this.#rest();
  }

  retry(clientId: string): void {
    const message = this.#messages.find(({ client_id }) => client_id === clientId);
    if (!message) return;
    this.#change(message, { state: "waiting", problem: null, written_at: this.#ports.clock.now() });
    this.#hurry();
  }

  discard(clientId: string): void {
    this.#remove(clientId);
    this.#tell();
  }

  /** The server has it: learned from its own answer, or from the log after the answer was lost. */
  confirm(clientIds: Iterable<string | null>): void {
    const before = this.#messages.length;
    for (const clientId of clientIds) if (clientId) this.#remove(clientId);
    if (this.#messages.length !== before) this.#tell();
  }

  clear(): void {
    for (const { client_id } of [...this.#messages]) this.#remove(client_id);
    this.shut();
    this.#tell();
  }

  #hurry(): void {
    this.#attempt = 0;
    this.#rest();
    this.#go();
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #go(): void {
    if (!this.#ready || this.#busy || this.#timer) return;
    const message = this.#messages.find(({ state }) => state === "waiting");
    if (message) void this.#send(message);
  }

  async #send(message: Outgoing): Promise<void> {
    this.#busy = true;
    const sending = this.#change(message, { state: "sending" });
    try {
      const { client_id, text, attachments, page } = sending;
      const attachment_ids = attachments.map(({ id }) => id);
      const entry = await this.#ports.post({ client_id, text, attachment_ids, page });
      this.#attempt = 0;
      this.#remove(client_id);
      this.#ports.stored(entry, sending);
      this.#tell();
    } catch (error) {
      this.#missed(sending, error);
    } finally {
      this.#busy = false;
      this.#go();
    }
  }

  #missed(message: Outgoing, error: unknown): void {
    if (!this.#messages.some(({ client_id }) => client_id === message.client_id)) return;
    if (error instanceof Refused && !error.passing && error.status !== 401) {
      this.#change(message, { state: "failed", problem: error.detail });
      return;
    }
    this.#change(message, { state: "waiting" });
    const asked = error instanceof Refused ? (error.retryAfter ?? 0) * 1000 : 0;
    this.#timer = this.#ports.clock.after(Math.max(asked, backoff(this.#attempt++)), () => {
      this.#timer = null;
      this.#go();
    });
  }

  #change(message: Outgoing, change: Partial<Outgoing>): Outgoing {
    const changed = { ...message, ...change };
    this.#messages = this.#messages.map((one) => (one.client_id === message.client_id ? changed : one));
    this.#keep(changed);
    this.#tell();
    return changed;
  }

  #remove(clientId: string): void {
    this.#messages = this.#messages.filter(({ client_id }) => client_id !== clientId);
    this.#ports.keep(clientId, null);
  }

  #keep(message: Outgoing): void {
    this.#ports.keep(message.client_id, JSON.stringify(message));
  }

  #tell(): void {
    this.#ports.changed([...this.#messages]);
  }
}

function revive(kept: string): Outgoing | null {
  try {
    const message = JSON.parse(kept) as Partial<Outgoing>;
    const whole = typeof message.client_id === "string" && typeof message.text === "string";
    return whole && Array.isArray(message.attachments) ? (message as Outgoing) : null;
  } catch {
    return null;
  }
}

/** `crypto.randomUUID` exists on https only; a shop on a plain intranet address still gets a version 4 UUID. */
export function newClientId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
