import type { Sought } from "@damso/api";
import { fromWallClock } from "../conversation/snoozeTimes.ts";

/** What stands in the address of a page of records. */
export interface Given {
  actor?: string;
  act?: string;
  subject?: string;
  customer?: string;
  /** Days, both included. */
  from?: string;
  to?: string;
  address?: string;
}

const DAY = 86_400_000;

/** The same for the server: days become moments in the reader's zone. */
export function soughtOf({ from, to, ...rest }: Given, zone: string): Sought {
  return {
    ...rest,
    since: from && fromWallClock(Date.parse(`${from}T00:00:00Z`), zone),
    until: to && fromWallClock(Date.parse(`${to}T00:00:00Z`) + DAY, zone),
  };
}
