import { api, keys, type Row } from "@damso/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { rowsOf } from "./rowsCache.ts";

/** Cases whose reminder is due: they stand above the agent's own until they are ticked off. */
export function useReminded(wanted: boolean): Row[] {
  const { data } = useInfiniteQuery({
    queryKey: keys.rowsOf("reminders"),
    queryFn: ({ pageParam, signal }) =>
      api.conversations.list({ view: "reminders", cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    enabled: wanted,
  });
  return useMemo(() => (wanted ? rowsOf(data).filter((row) => row.reminder) : []), [wanted, data]);
}

/** These first, and each once. */
export function pinned(first: Row[], rest: Row[]): Row[] {
  if (first.length === 0) return rest;
  const ids = new Set(first.map((row) => row.id));
  return [...first, ...rest.filter((row) => !ids.has(row.id))];
}
