import { api, keys, type ReturnStep } from "@damso/api";
import { useText } from "@damso/i18n";
import { toastError } from "@damso/ui";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";

export const orderReturnsQuery = (orderId: string) =>
  queryOptions({ queryKey: keys.orderReturns(orderId), queryFn: () => api.orders.returns(orderId) });

export const placesQuery = queryOptions({
  queryKey: keys.places,
  queryFn: api.products.places,
  staleTime: 60_000,
});

/** One step of a return; whatever shows returns is asked for again. */
export function useStep(returnId: string) {
  const { t } = useText();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (step: ReturnStep) => api.returns.step(returnId, step),
    onSettled: () => client.invalidateQueries({ queryKey: keys.returns }),
    onError: (error) => toastError(messageOf(error, t)),
  });
}
