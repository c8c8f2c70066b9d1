import { useSyncExternalStore } from "react";

const TICK = 30_000;
const watchers = new Set<() => void>();
let now = new Date();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all times on screen; stands still while nobody looks at it. */
function watch(watcher: () => void) {
  watchers.add(watcher);
  timer ??= setInterval(() => {
    now = new Date();
    for (const each of watchers) each();
  }, TICK);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const still = () => () => undefined;

/** The present, renewed twice a minute when `ticking`. */
export function useNow(ticking = true): Date {
  return useSyncExternalStore(ticking ? watch : still, () => {
    if (Date.now() - now.getTime() > TICK) now = new Date();
    return now;
  });
}
