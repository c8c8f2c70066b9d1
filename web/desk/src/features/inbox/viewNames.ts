import type { View } from "@damso/api";
import type { Texts } from "@damso/i18n";

/** A view's name: its own, a team's, or what its kind is called. */
export function viewName(view: View, t: Texts["t"]): string {
  return view.name ?? t(`view.${view.kind as Exclude<View["kind"], "team" | "saved">}`);
}

export function viewCount(view: View, format: Texts["format"]): string {
  if (view.count === 0) return "";
  return view.capped ? `${format.number(view.count)}+` : format.number(view.count);
}
