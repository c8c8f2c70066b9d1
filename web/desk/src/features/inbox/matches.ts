import type { Filter, Row } from "@damso/api";

/** What a row cannot answer by itself; the server has to be asked. */
const UNKNOWN_TO_ROW: (keyof Filter)[] = ["inbox_ids", "brand_id", "mentioned", "reminded"];

/** Whether a row belongs in a view; null when only the server can tell. */
export function matches(row: Row, filter: Filter, myId: string): boolean | null {
  if (filter.status?.length && !filter.status.includes(row.status)) return false;
  if (filter.assignee === "none" && row.assignee) return false;
  if (filter.assignee && filter.assignee !== "none") {
    const wanted = filter.assignee === "me" ? myId : filter.assignee;
    if (row.assignee?.id !== wanted) return false;
  }
  if (filter.team_id && row.team?.id !== filter.team_id) return false;
  if (filter.priority?.length && !filter.priority.includes(row.priority)) return false;
  if (filter.channels?.length && !filter.channels.includes(row.channel)) return false;
  if (filter.tag_ids?.length && !filter.tag_ids.some((id) => row.tags.some((tag) => tag.id === id)))
    return false;
  return UNKNOWN_TO_ROW.some((name) => isSet(filter[name])) ? null : true;
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
