import { ApiError } from "@damso/api";
import { QueryClient } from "@tanstack/react-query";

/** Live frames keep the cache fresh, so nothing is fetched again merely because a window got the focus. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      gcTime: 30 * 60_000,
      refetchOnWindowFocus: false,
      networkMode: "always",
      retry: (failures, error) => !(error instanceof ApiError) && failures < 3,
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 5_000),
    },
    mutations: { networkMode: "always" },
  },
});
