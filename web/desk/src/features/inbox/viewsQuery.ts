import { api, keys, type View } from "@damso/api";
import { queryOptions } from "@tanstack/react-query";
import { queryClient } from "../../app/queryClient.ts";
import { recall } from "../../app/remembered.ts";

export const viewsQuery = queryOptions({ queryKey: keys.views, queryFn: api.views.list, staleTime: 30_000 });

/** The view to begin with: where this agent was last, else their own cases. */
export async function firstView(): Promise<string> {
  const views = await queryClient.ensureQueryData(viewsQuery);
  const last = recall<string>("view");
  const found =
    views.find((view) => view.id === last) ?? views.find((view) => view.kind === "mine") ?? views[0];
  return found?.id ?? "mine";
}

/** A view by its place in the address. */
export function findView(views: View[] | undefined, id: string): View | undefined {
  return views?.find((view) => view.id === id);
}
