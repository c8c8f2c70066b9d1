import type { Locale } from "../bridge.ts";

/** Formatters are slow to make and asked for with every message. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/** `오후 3:20`, `3:20 PM`, in the visitor's own zone. */
export function clockTime(at: string, locale: Locale): string {
  return format(at, locale, "time", { hour: "numeric", minute: "2-digit" });
}

/** `11월 21일 (토)`, `Sat, 21 November`; the year where it is not this one. */
export function dayName(at: string, locale: Locale): string {
  const year = new Date(at).getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  const options: Intl.DateTimeFormatOptions = { year, month: "long", day: "numeric", weekday: "short" };
  return format(at, locale, `day-${year}`, options);
}

/** Seconds as `4:59`. */
export function countdown(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function format(at: string, locale: Locale, name: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${locale}-${name}`;
  const known =
    formatters.get(key) ??
    new Intl.DateTimeFormat(locale === "ko" ? "ko-KR" : "en-GB", { ...options, hour12: true });
  formatters.set(key, known);
  return known.format(new Date(at));
}
