import { api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { toast, toastError } from "@damso/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { undoAct } from "../bulk/act.ts";
import { dropRow } from "../inbox/rowsCache.ts";

/** Joins a case into another of the same customer and opens that one; says how to undo it. */
export function useJoin(id: string) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { viewId } = useParams({ strict: false });
  return useMutation({
    mutationFn: async (into: string) => {
      const actId = crypto.randomUUID();
      return { other: await api.conversations.join(id, into, actId), actId };
    },
    onSuccess: async ({ other, actId }) => {
      client.setQueryData(keys.conversation(other.id), other);
      void client.invalidateQueries({ queryKey: keys.entries(other.id) });
      void client.invalidateQueries({ queryKey: keys.views });
      if (viewId) dropRow(client, viewId, id);
      const params = { conversationId: other.id };
      await navigate({ to: "/c/$conversationId", params, search: {}, replace: true });
      toast(t("done.joined"), { label: t("action.undo"), run: () => void undoAct(client, t, actId) });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
}
