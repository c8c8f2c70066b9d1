import { api, type Filter, keys, type View } from "@damso/api";
import { useText } from "@damso/i18n";
import { toast, toastError } from "@damso/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";

export interface Saved {
  name: string;
  filter: Filter;
  shared: boolean;
  team_id: string | null;
  icon: string;
  colour: string;
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
    const { name, filter, shared, team_id, icon, colour } = view;
    await api.views.create({ name: name ?? "", filter, shared, team_id, icon, colour });
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

/** Moves a saved view up or down in the agent's own order. */
export function useMoveView(): (view: View, by: 1 | -1) => void {
  const client = useQueryClient();
  const { t } = useText();
  return async (view, by) => {
    const views = client.getQueryData<View[]>(keys.views) ?? [];
    const saved = views.filter((one) => one.kind === "saved");
    const at = saved.findIndex((one) => one.id === view.id);
    const [other] = saved.slice(at + by, at + by + 1);
    if (at + by < 0 || !other) return;
    const order = saved.with(at, other).with(at + by, view);
    client.setQueryData<View[]>(keys.views, [...views.filter((one) => one.kind !== "saved"), ...order]);
    try {
      await api.views.order(order.map((one) => one.id));
    } catch (error) {
      client.setQueryData(keys.views, views);
      toastError(messageOf(error, t));
    }
  };
}
