import { ApiError } from "@damso/api";
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { createStore } from "./store.ts";

/** Set when the server no longer knows us: the session ended elsewhere or ran out. */
export const sessionEnded = createStore(false);

const onError = (error: unknown) => {
  if (error instanceof ApiError && error.status === 401) sessionEnded.set(true);
};

/** Live frames keep the cache fresh, so nothing is fetched again merely because a window got the focus. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
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
