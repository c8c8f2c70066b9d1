/** Times to snooze to, in the agent's zone. The working day begins at nine. */
const MORNING = 9;

export interface SnoozeTimes {
  tomorrow: string;
  /** Null on a Sunday, when it is tomorrow. */
  nextWeek: string | null;
  later: string;
}

export function snoozeTimes(now: Date, timeZone: string): SnoozeTimes {
  const parts = partsIn(now, timeZone);
  return {
    later: new Date(Math.ceil((now.getTime() + 3 * 3_600_000) / 1_800_000) * 1_800_000).toISOString(),
    tomorrow: atMorning(parts, 1, timeZone),
    nextWeek: parts.weekday === 0 ? null : atMorning(parts, 8 - parts.weekday, timeZone),
  };
}

interface Parts {
  year: number;
  month: number;
  day: number;
  weekday: number;
}

function partsIn(at: Date, timeZone: string): Parts {
  const text = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(at);
  const [year = 1970, month = 1, day = 1] = text.split("-").map(Number);
  return { year, month, day, weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() };
}

function atMorning({ year, month, day }: Parts, daysOn: number, timeZone: string): string {
  return fromWallClock(Date.UTC(year, month - 1, day + daysOn, MORNING), timeZone);
}

/** The moment at which clocks of a zone show what `wall`, read as UTC, shows. */
export function fromWallClock(wall: number, timeZone: string): string {
  const guess = wall - offsetAt(wall, timeZone);
  return new Date(wall - offsetAt(guess, timeZone)).toISOString();
}

function offsetAt(at: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const shown = Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute);
  return shown - Math.floor(at / 60_000) * 60_000;
}
