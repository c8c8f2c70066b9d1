import type { Clock, Timer } from "../src/app/clock.ts";

/** A clock that stands still until it is turned. */
export class ManualClock implements Clock {
  #now = Date.parse("2026-11-21T03:00:00Z");
  #timers: { at: number; work: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, work: () => void): Timer {
    const timer = { at: this.#now + milliseconds, work };
    this.#timers.push(timer);
    const cancel = () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
    return { cancel };
  }

  /** Turns the clock and lets whatever was started come to rest. */
  async turn(milliseconds: number): Promise<void> {
    await settled();
    const end = this.#now + milliseconds;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = next.at;
      next.work();
      await settled();
    }
    this.#now = end;
    await settled();
  }

  #next(end: number) {
    return this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}

export async function settled(): Promise<void> {
  for (let round = 0; round < 10; round++) await Promise.resolve();
}
