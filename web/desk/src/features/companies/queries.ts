import { api, keys, type TimelineKind } from "@damso/api";
import { useText } from "@damso/i18n";
import { toastError } from "@damso/ui";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";

export const companyQuery = (id: string) =>
  queryOptions({ queryKey: keys.company(id), queryFn: () => api.companies.get(id) });

export const companyStoryQuery = (id: string, kinds: TimelineKind[]) =>
  infiniteQueryOptions({
    queryKey: keys.timeline(id, kinds),
    queryFn: ({ pageParam }) => api.companies.timeline(id, kinds, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });

/** Does something to a company and shows it as it is afterwards, on its page, in lists and on its people's cards. */
export function useCompanyChange<Given>(change: (given: Given) => Promise<unknown>) {
  const client = useQueryClient();
  const { t } = useText();
  return useMutation({
    mutationFn: change,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.companies });
      void client.invalidateQueries({ queryKey: keys.customers });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
}
