import { api, type Conversation, type CustomerCard, keys, type TimelineKind } from "@damso/api";
import { useText } from "@damso/i18n";
import { toastError } from "@damso/ui";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";

export const customerQuery = (id: string) =>
  queryOptions({ queryKey: keys.customer(id), queryFn: () => api.customers.get(id) });

export const timelineQuery = (id: string, kinds: TimelineKind[]) =>
  infiniteQueryOptions({
    queryKey: keys.timeline(id, kinds),
    queryFn: ({ pageParam }) => api.customers.timeline(id, kinds, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });

/** Changes a customer wherever they stand: on their page and beside their conversations. */
export function usePatchCustomer(id: string) {
  const client = useQueryClient();
  const { t } = useText();
  return useMutation({
    mutationFn: (body: { name?: string; traits?: Record<string, unknown> }) => api.customers.patch(id, body),
    onSuccess: (customer) => {
      client.setQueryData<CustomerCard>(keys.customer(id), customer);
      const { name, initials, colour } = customer;
      client.setQueriesData<Conversation>({ queryKey: keys.conversations }, (known) =>
        known?.customer.id === id ? { ...known, customer: { id, name, initials, colour } } : known,
      );
      void client.invalidateQueries({ queryKey: [...keys.customers, "list"] });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
}
