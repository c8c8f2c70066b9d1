import { type AnalyticsQuery, api, keys } from "@damso/api";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

/** How long an answer is good for: the lake takes in what is new every minute. */
const FRESH = 60_000;

export const reportQuery = (query: AnalyticsQuery) =>
  queryOptions({
    queryKey: keys.analytics(query),
    queryFn: () => api.analytics.report(query),
    placeholderData: keepPreviousData,
    staleTime: FRESH,
  });

export const funnelQuery = (query: AnalyticsQuery & { step: string[]; within: number }) =>
  queryOptions({
    queryKey: keys.funnel(query),
    queryFn: () => api.analytics.funnel(query),
    placeholderData: keepPreviousData,
    staleTime: FRESH,
  });

export const choicesQuery = queryOptions({
  queryKey: keys.analyticsChoices,
  queryFn: api.analytics.choices,
  staleTime: FRESH,
});
