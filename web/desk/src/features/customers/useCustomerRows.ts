import { api, type CustomerRow, keys, type SegmentRule } from "@damso/api";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { fittingQuery } from "../segments/queries.ts";
import type { Filter } from "./FilterDrawer.tsx";

/** Rows that make a screen, and pages that are looked through for them without being asked again. */
const SCREEN = 50;
const PAGES = 10;

/** The rule that a filter is. */
export const ruleOf = (filter: Filter): SegmentRule | undefined =>
  filter.segment ? { kind: "segment", segment_id: filter.segment } : filter.rule;

/** Customers of the list: found by words, by a segment or a rule, or both. `looked` is how many were looked at for a rule. */
export function useCustomerRows(q: string, filter: Filter) {
  const rule = ruleOf(filter);
  const found = useInfiniteQuery({
    queryKey: keys.customerList(q),
    queryFn: ({ pageParam, signal }) => api.customers.list({ q: q || undefined, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    enabled: !rule,
  });
  const fitting = useInfiniteQuery(fittingQuery(rule, q));
  const fits: CustomerRow[] = fitting.data?.pages.flatMap((page) => page.items) ?? [];
  const { hasNextPage, isFetching, fetchNextPage } = fitting;
  const pages = fitting.data?.pages.length ?? 0;
  useEffect(() => {
    if (rule && hasNextPage && !isFetching && fits.length < SCREEN && pages < PAGES) void fetchNextPage();
  }, [rule, hasNextPage, isFetching, fetchNextPage, fits.length, pages]);
  return rule
    ? {
        query: fitting,
        rows: fits,
        looked: fitting.data?.pages.reduce((sum, page) => sum + page.looked, 0) ?? 0,
      }
    : { query: found, rows: found.data?.pages.flatMap((page) => page.items) ?? [], looked: 0 };
}
