import type { Notifications, Occasion, QuietHours } from "@damso/api";

const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
type Weekday = (typeof WEEKDAYS)[number];
/** These call the agent by name, so a muted inbox does not silence them. */
const PERSONAL = new Set<Occasion>(["mentioned", "reminder", "unsent"]);

/** Whether the agent wants to hear of it: chosen, and not from an inbox that they have muted. */
export function wants(settings: Notifications, occasion: Occasion, inboxId: string): boolean {
  if (!settings.occasions.includes(occasion)) return false;
  return PERSONAL.has(occasion) || !settings.muted_inbox_ids.includes(inboxId);
}

/** Whether it is one of the agent's quiet hours. Those that go past midnight belong to the day they began on. */
export function isQuiet(quiet: QuietHours | null, zone: string, now = new Date()): boolean {
  if (!quiet || quiet.begins === quiet.ends) return false;
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? "";
  const time = `${part("hour")}:${part("minute")}`;
  const today = WEEKDAYS.indexOf(part("weekday").toLowerCase() as Weekday);
  const begun = (day: number) => quiet.days.includes(WEEKDAYS[(day + 7) % 7] as Weekday);
  if (quiet.begins < quiet.ends) return begun(today) && quiet.begins <= time && time < quiet.ends;
  return (begun(today) && time >= quiet.begins) || (begun(today - 1) && time < quiet.ends);
}
