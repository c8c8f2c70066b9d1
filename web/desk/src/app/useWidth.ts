import { useSyncExternalStore } from "react";

export type Width = "phone" | "middle" | "wide";

const phone = matchMedia("(max-width: 767px)");
const wide = matchMedia("(min-width: 1200px)");

function watch(watcher: () => void) {
  phone.addEventListener("change", watcher);
  wide.addEventListener("change", watcher);
  return () => {
    phone.removeEventListener("change", watcher);
    wide.removeEventListener("change", watcher);
  };
}

/** How many columns fit: one, three or four. */
export function useWidth(): Width {
  return useSyncExternalStore(watch, () => (phone.matches ? "phone" : wide.matches ? "wide" : "middle"));
}
