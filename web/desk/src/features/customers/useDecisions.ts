import { api, keys, type Leaving } from "@damso/api";
import { useText } from "@damso/i18n";
import { toast, toastError } from "@damso/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";

/** What a person decides about who is who. Each says what was done and offers the way back. */
export function useDecisions() {
  const client = useQueryClient();
  const { t } = useText();
  const refresh = () => {
    for (const key of [keys.customers, keys.conversations, keys.rows, keys.allEntries]) {
      void client.invalidateQueries({ queryKey: key });
    }
  };
  const onError = (error: Error) => toastError(messageOf(error, t));
  const undo = useMutation({
    mutationFn: (linkId: number) => api.customers.undo(linkId),
    onSuccess: () => {
      refresh();
      toast(t("identity.undone"));
    },
    onError,
  });
  const told = (text: string) => (made: { link_id: number }) => {
    refresh();
    toast(text, { label: t("action.undo"), run: () => undo.mutate(made.link_id) });
  };
  return {
    undo,
    merge: useMutation({
      mutationFn: (ids: string[]) => api.customers.merge(ids),
      onSuccess: told(t("identity.mergedToast")),
      onError,
    }),
    unmerge: useMutation({
      mutationFn: ({ id, leaving }: { id: string; leaving: Leaving }) => api.customers.unmerge(id, leaving),
      onSuccess: told(t("identity.partedToast")),
      onError,
    }),
    separate: useMutation({
      mutationFn: ({ id, other }: { id: string; other: string }) => api.customers.separate(id, other),
      onSuccess: told(t("identity.separatedToast")),
      onError,
    }),
  };
}
