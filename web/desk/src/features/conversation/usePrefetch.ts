import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { customerQuery } from "../customers/queries.ts";
import { conversationQuery, entriesQuery } from "./queries.ts";

/** Fetches a case before it is opened, so that the next one is there when its key is pressed. */
export function usePrefetch(): (conversationId: string, customerId: string) => void {
  const client = useQueryClient();
  return useCallback(
    (conversationId, customerId) => {
      void client.prefetchQuery(conversationQuery(conversationId));
      void client.prefetchInfiniteQuery(entriesQuery(conversationId));
      void client.prefetchQuery(customerQuery(customerId));
    },
    [client],
  );
}
