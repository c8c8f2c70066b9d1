import type { Session } from "../contract.ts";
import { Refused, type SessionRequest } from "./api.ts";
import { backoff, type Clock, type Timer } from "./clock.ts";

export interface SessionPorts {
  clock: Clock;
  ask(request: SessionRequest): Promise<Session>;
  /** Page, language and zone as they are now. */
  circumstances(): Pick<SessionRequest, "page" | "locale" | "timezone">;
  began(session: Session, returning: boolean): void;
  changed(state: "starting" | "retrying" | "refused", refusal: string): void;
  identityRefused(detail: string): void;
}

/** How long a page may take to say who is signed in, where somebody was when this browser was last here. */
const IDENTITY_COMES_MS = 2_000;

/** Who the visitor is to the server. Asks until it is answered; a newer question makes older answers void. */
export class SessionStart {
  readonly #ports: SessionPorts;
  #visitor: string | null;
  #identity: string | null;
  #expectsIdentity: boolean;
  #question = 0;
  #attempt = 0;
  #timer: Timer | null = null;

  constructor(
    ports: SessionPorts,
    known: { visitor: string | null; identity: string | null; wasSignedIn: boolean },
  ) {
    this.#ports = ports;
    this.#visitor = known.visitor;
    this.#identity = known.identity;
    this.#expectsIdentity = known.wasSignedIn;
  }

  get isSignedIn(): boolean {
    return this.#identity !== null;
  }

  get isKnown(): boolean {
    return this.#visitor !== null || this.#identity !== null;
  }

  /** Pages call this on every navigation: only a token that differs is news. */
  identify(token: string): boolean {
    const news = this.#identity !== token;
    this.#identity = token;
    return news;
  }

  become(visitor: string): void {
    this.#visitor = visitor;
  }

  forget(): void {
    this.#visitor = this.#identity = null;
    this.cancel();
  }

  begin(): void {
    this.#attempt = 0;
    const waits = this.#expectsIdentity && this.#identity === null;
    this.#expectsIdentity = false;
    if (!waits) return void this.#ask();
    this.#ports.changed("starting", "");
    this.#timer = this.#ports.clock.after(IDENTITY_COMES_MS, () => void this.#ask());
  }

  /** Tells the desk where the visitor is now; who they are stays as it is. */
  async note(): Promise<void> {
    await this.#ports.ask(this.#request());
  }

  cancel(): void {
    this.#question++;
    this.#timer?.cancel();
  }

  async #ask(): Promise<void> {
    this.cancel();
    const question = this.#question;
    const returning = this.isKnown;
    this.#ports.changed("starting", "");
    try {
      const session = await this.#ports.ask(this.#request());
      if (question !== this.#question) return;
      this.#visitor = session.visitor;
      this.#ports.began(session, returning);
    } catch (error) {
      if (question === this.#question) this.#missed(error);
    }
  }

  #request(): SessionRequest {
    return {
      ...this.#ports.circumstances(),
      ...(this.#visitor !== null && { visitor: this.#visitor }),
      ...(this.#identity !== null && { identity_token: this.#identity }),
    };
  }

  #missed(error: unknown) {
    if (error instanceof Refused && !error.passing) return this.#refused(error);
    this.#ports.changed("retrying", "");
    this.#timer = this.#ports.clock.after(backoff(this.#attempt++), () => void this.#ask());
  }

  /** A bad proof is dropped, not the visitor: the chat goes on with what is left of what we know about them. */
  #refused(error: Refused): void {
    const aboutIdentity = error.extras.field === "identity_token" || error.code.startsWith("IDENTITY");
    if (this.#identity !== null && aboutIdentity) {
      this.#identity = null;
      this.#ports.identityRefused(error.detail);
      void this.#ask();
    } else if (this.#visitor !== null && (error.status === 401 || error.extras.field === "visitor")) {
      this.#visitor = null;
      void this.#ask();
    } else {
      this.#ports.changed("refused", error.detail);
    }
  }
}
