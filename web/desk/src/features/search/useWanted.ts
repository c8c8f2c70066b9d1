import type { SearchKind, SearchQuery, Status } from "@damso/api";
import { TimeZone } from "@damso/i18n";
import { useContext } from "react";
import { fromWallClock } from "../conversation/snoozeTimes.ts";
import type { Given } from "./given.ts";

/** What is asked of the server for what stands in the address; days begin where the agent is. */
export function useWanted(): (given: Given) => SearchQuery {
  const zone = useContext(TimeZone);
  return (given) => ({
    q: given.q ?? "",
    kind: (given.kind as SearchKind | undefined) ?? "all",
    status: given.status as Status | undefined,
    inbox_id: given.inbox_id,
    assignee: given.assignee,
    channel: given.channel,
    customer: given.customer,
    since: given.from && dayStart(given.from, zone),
    until: given.to && dayStart(given.to, zone, 1),
  });
}

/** When a day (and so many more) begins for the reader. */
function dayStart(day: string, zone: string, more = 0): string {
  return fromWallClock(Date.parse(`${day}T00:00:00Z`) + more * 86_400_000, zone);
}
