import { fromWallClock } from "../conversation/snoozeTimes.ts";

const MORNING = 9;
const EVENING = 21;

/** The next moment at which it is between nine and nine where the customer lives; nothing where it is so now. */
export function awakeAt(now: Date, timeZone: string): string | null {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
  });
  const part = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, Number(value)]));
  const hour = part.hour ?? 0;
  if (hour >= MORNING && hour < EVENING) return null;
  const day = (part.day ?? 1) + (hour >= EVENING ? 1 : 0);
  return fromWallClock(Date.UTC(part.year ?? 1970, (part.month ?? 1) - 1, day, MORNING), timeZone);
}
