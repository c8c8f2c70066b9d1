import { api, keys } from "@damso/api";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

export const conversationQuery = (id: string) =>
  queryOptions({ queryKey: keys.conversation(id), queryFn: () => api.conversations.get(id) });

/** The thread from its end backwards; each page is oldest first. */
export const entriesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: keys.entries(id),
    queryFn: ({ pageParam }) => api.conversations.entries(id, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
