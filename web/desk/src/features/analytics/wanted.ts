/** What a conversion is until somebody chooses another event. */
export const usualEvent = "Order Completed";

export const PERIODS = ["7", "28", "90"] as const;
const USUAL = "28";

export const periodOf = (days?: string) => PERIODS.find((one) => one === days) ?? USUAL;

/** Whole days up to today, as the browser has them. */
export function wantedDays(days?: string, today = new Date()): { first: string; last: string } {
  const first = new Date(today);
  first.setDate(first.getDate() - Number(periodOf(days)) + 1);
  return { first: isoDay(first), last: isoDay(today) };
}

const isoDay = (at: Date) =>
  `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
