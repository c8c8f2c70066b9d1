import { useRef } from "react";
import { useKeys } from "../../app/useKeys.ts";

/** `J` and `K` walk through the rows of a table; what has the focus is where one stands, and Enter opens it. */
export function useRowWalk() {
  const body = useRef<HTMLTableSectionElement>(null);
  const step = (by: 1 | -1) => {
    const rows = [...(body.current?.querySelectorAll<HTMLElement>("[data-walk]") ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const next = rows[at < 0 ? 0 : at + by];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  useKeys({
    next: () => step(1),
    previous: () => step(-1),
    arrowdown: () => step(1),
    arrowup: () => step(-1),
  });
  return body;
}
