/** Time as the logic below sees it, so that tests can turn the hands. */
export interface Clock {
  now(): number;
  after(milliseconds: number, work: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, work) {
    const id = setTimeout(work, milliseconds);
    return { cancel: () => clearTimeout(id) };
  },
};

/** Waits 0.5 s, 1 s, 2 s … up to 30 s, each shortened by up to half so that visitors do not return all at once. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(30_000, 500 * 2 ** Math.min(attempt, 10));
  return full * (1 - random() / 2);
}
