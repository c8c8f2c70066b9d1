import type { Row } from "@damso/api";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useKeys } from "../../app/useKeys.ts";
import { usePrefetch } from "../conversation/usePrefetch.ts";

const AHEAD = 150;

/** `J` and `K` walk through the list as it stands on screen; the walk begins at the top. */
export function useWalk(
  rows: Row[],
  viewId: string,
  currentId: string | undefined,
  show: (index: number) => void,
): void {
  const navigate = useNavigate();
  const prefetch = usePrefetch();
  const next = rows[rows.findIndex((row) => row.id === currentId) + 1];
  const [nextId, nextCustomer] = [next?.id, next?.customer.id];
  useEffect(() => {
    if (!nextId || !nextCustomer) return;
    // The one that is open comes first.
    const timer = setTimeout(() => prefetch(nextId, nextCustomer), AHEAD);
    return () => clearTimeout(timer);
  }, [prefetch, nextId, nextCustomer]);

  const step = (by: 1 | -1) => {
    const at = rows.findIndex((row) => row.id === currentId);
    const next = at < 0 ? 0 : at + by;
    const row = rows[next];
    if (!row) return;
    show(next);
    void navigate({
      to: "/inbox/$viewId/$conversationId",
      params: { viewId, conversationId: row.id },
      search: {},
    });
  };
  useKeys({
    next: () => step(1),
    previous: () => step(-1),
    arrowdown: () => step(1),
    arrowup: () => step(-1),
  });
}
