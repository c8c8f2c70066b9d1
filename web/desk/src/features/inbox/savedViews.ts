import { api, type Filter, keys, type View } from "@damso/api";
import { useText } from "@damso/i18n";
import { toast, toastError } from "@damso/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";

interface Saved {
  name: string;
  filter: Filter;
  shared: boolean;
}

/** Makes a view or changes one, and opens it. */
export function useSaveView(view: View | null, onDone: () => void) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (body: Saved) => (view ? api.views.patch(view.id, body) : api.views.create(body)),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: keys.views });
      await client.invalidateQueries({ queryKey: keys.rowsOf(saved.id) });
      await navigate({ to: "/inbox/$viewId", params: { viewId: saved.id } });
      onDone();
    },
  });
}

/** Removes a view; making the same one again is the way back. */
export function useRemoveView(): (view: View) => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { t } = useText();
  const restore = async (view: View) => {
    await api.views.create({ name: view.name ?? "", filter: view.filter, shared: view.shared });
    await client.invalidateQueries({ queryKey: keys.views });
  };
  return async (view) => {
    try {
      await api.views.remove(view.id);
      await client.invalidateQueries({ queryKey: keys.views });
      await navigate({ to: "/inbox" });
      toast(t("views.removed", { name: view.name ?? "" }), {
        label: t("action.undo"),
        run: () => void restore(view),
      });
    } catch (error) {
      toastError(messageOf(error, t));
    }
  };
}
