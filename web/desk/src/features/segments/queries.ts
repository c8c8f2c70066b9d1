import { api, type Computation, type Id, keys, type SegmentRule } from "@damso/api";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

const EVERYBODY: SegmentRule = { kind: "and", rules: [] };
const LOOK_AGAIN = 2000;
const LOOK_NOW_AND_THEN = 10_000;

export const segmentsQuery = queryOptions({
  queryKey: keys.segmentList,
  queryFn: api.segments.list,
  refetchInterval: ({ state }) => (state.data?.some((one) => one.state !== "live") ? LOOK_AGAIN : false),
});

export const segmentQuery = (id: Id) =>
  queryOptions({
    queryKey: keys.segment(id),
    queryFn: () => api.segments.get(id),
    refetchInterval: ({ state }) =>
      state.data && ["building", "counting"].includes(state.data.state) ? LOOK_AGAIN : LOOK_NOW_AND_THEN,
  });

/** Who is in; asked again when there are more or fewer. */
export const membersQuery = (id: Id, members: number) =>
  infiniteQueryOptions({
    queryKey: keys.segmentMembers(id, members),
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) => api.segments.members(id, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });

export const vocabularyQuery = queryOptions({
  queryKey: keys.vocabulary,
  queryFn: api.segments.vocabulary,
  staleTime: 60_000,
});

export const computedQuery = queryOptions({ queryKey: keys.computed, queryFn: api.computed.list });

/** What a computation comes to; what was known of the one before stays until then. */
export const computedDraftQuery = (computation: Computation) =>
  queryOptions({
    queryKey: keys.computedPreview(computation),
    queryFn: ({ signal }) => api.computed.preview(computation, signal),
    placeholderData: keepPreviousData,
    retry: false,
  });

export const rfmQuery = queryOptions({
  queryKey: keys.rfm,
  queryFn: api.rfm.get,
  refetchInterval: ({ state }) => (state.data?.refreshing ? LOOK_AGAIN : false),
});

/** Customers that fit a rule which nobody keeps, of those that words find; a page may be short though there are more. */
export const fittingQuery = (rule: SegmentRule | undefined, q: string) =>
  infiniteQueryOptions({
    queryKey: keys.segmentFitting(rule, q),
    queryFn: ({ pageParam, signal }) => api.segments.fitting(rule ?? EVERYBODY, q, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    enabled: Boolean(rule),
  });

/** How many a rule would have; what was known of the rule before stays until then. */
export const draftQuery = (rule: SegmentRule) =>
  queryOptions({
    queryKey: keys.segmentPreview(rule),
    queryFn: ({ signal }) => api.segments.preview(rule, signal),
    placeholderData: keepPreviousData,
    retry: false,
  });
