import { api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { toastError } from "@damso/ui";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";

export const consentsQuery = (customerId: string) =>
  queryOptions({ queryKey: keys.consents(customerId), queryFn: () => api.consents.of(customerId) });

export const consentTextsQuery = queryOptions({ queryKey: keys.consentTexts, queryFn: api.consents.texts });

/** Enters something about a customer's consents and shows how things stand then, with the story it is part of. */
export function useConsentChange<Given>(
  customerId: string,
  change: (given: Given) => ReturnType<typeof api.consents.of>,
) {
  const client = useQueryClient();
  const { t } = useText();
  return useMutation({
    mutationFn: change,
    onSuccess: (after) => {
      client.setQueryData(keys.consents(customerId), after);
      void client.invalidateQueries({ queryKey: keys.timelines(customerId) });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
}
