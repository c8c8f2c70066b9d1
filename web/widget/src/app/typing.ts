import type { Clock, Timer } from "./clock.ts";

/** While somebody types, the other side is told again this often … */
const REPEAT_MS = 3_000;
/** … and this long after the last key that they stopped. */
const IDLE_MS = 5_000;
/** A "typing" that is not repeated for this long is over: its end may have been lost. */
const EXPIRES_MS = 8_000;

/** Tells the agent that the visitor types, without a frame for every key. */
export class TypingSender {
  readonly #clock: Clock;
  readonly #send: (on: boolean) => void;
  #told: number | null = null;
  #idle: Timer | null = null;

  constructor(clock: Clock, send: (on: boolean) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  key(): void {
    const now = this.#clock.now();
    if (this.#told === null || now - this.#told >= REPEAT_MS) {
      this.#told = now;
      this.#send(true);
    }
    this.#idle?.cancel();
    this.#idle = this.#clock.after(IDLE_MS, () => this.stop());
  }

  stop(): void {
    this.#idle?.cancel();
    if (this.#told === null) return;
    this.#told = null;
    this.#send(false);
  }
}

/** Who is typing to the visitor; forgets by itself. */
export class TypingWatcher<Person> {
  readonly #clock: Clock;
  readonly #changed: (who: Person | "someone" | null) => void;
  #expiry: Timer | null = null;

  constructor(clock: Clock, changed: (who: Person | "someone" | null) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  told(on: boolean, author: Person | null): void {
    this.#expiry?.cancel();
    this.#changed(on ? (author ?? "someone") : null);
    if (on) this.#expiry = this.#clock.after(EXPIRES_MS, () => this.#changed(null));
  }
}
