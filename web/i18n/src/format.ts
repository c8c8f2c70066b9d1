/** Dates, numbers and phone numbers as people of each language write them. Times come in as ISO 8601 UTC. */

export type Locale = "ko" | "en";

export interface Format {
  /** `11월 21일 (토) 오후 3:20`; the year only when it is another one. */
  moment(iso: string): string;
  /** `2026년 11월`, `November 2026`: of a date or the beginning of one, in no zone. */
  month(first: string): string;
  /** `11월 21일 (토)` of a bare date, in no zone; the year only when it is another one. */
  date(day: string): string;
  /** `오후 3:20` */
  time(iso: string): string;
  /** `오늘`, `어제`, `11월 21일 (토)`: the line between the days of a thread. */
  day(iso: string): string;
  /** As short as it stays clear, for rows: a time today, `어제`, a day this year, else a full date. */
  brief(iso: string): string;
  /** How long since `iso` (or until it), in its largest unit: `방금`, `12분`, `3시간`, `2일`. */
  span(iso: string, now?: Date): string;
  /** `1,234` */
  number(value: number): string;
  /** `1.2만`, `12K` */
  compact(value: number): string;
  /** `12,000원`, `$18.99`: whole minor units of a currency, of which `digits` stand behind the point. */
  money(amount: { minor: number; digits: number; currency: string }): string;
  /** `340KB`, `1.2MB` */
  bytes(value: number): string;
  /** Korean numbers as `010-1234-5678`, others in international spacing as they came. */
  phone(value: string): string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How dates of rows are shown: as short as clear, or always day and time. */
export type DateStyle = "relative" | "exact";

export function createFormat(locale: Locale, timeZone: string, dates: DateStyle = "relative"): Format {
  const tag = locale === "ko" ? "ko-KR" : "en-US";
  const make = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(tag, { timeZone, ...options });
  const dayKey = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  const time = make({ hour: "numeric", minute: "2-digit" });
  const monthDay = make({ month: locale === "ko" ? "long" : "short", day: "numeric" });
  const weekDay = make({ month: locale === "ko" ? "long" : "short", day: "numeric", weekday: "short" });
  const withYear = make({ year: "numeric", month: "short", day: "numeric", weekday: "short" });
  // Korean has no pattern of its own for a year with a weekday in brackets.
  const fullDay = (at: Date) =>
    locale === "ko" ? `${dayKey.format(at).slice(0, 4)}년 ${weekDay.format(at)}` : withYear.format(at);
  const month = new Intl.DateTimeFormat(tag, { timeZone: "UTC", year: "numeric", month: "long" });
  const bare = new Intl.DateTimeFormat(tag, {
    timeZone: "UTC",
    month: locale === "ko" ? "long" : "short",
    day: "numeric",
    weekday: "short",
  });
  const numeric = make({ year: "numeric", month: "numeric", day: "numeric" });
  const number = new Intl.NumberFormat(tag);
  const compact = new Intl.NumberFormat(tag, { notation: "compact", maximumFractionDigits: 1 });
  const relativeDay = new Intl.RelativeTimeFormat(tag, { numeric: "auto" });

  const sameYear = (at: Date) => dayKey.format(at).slice(0, 4) === dayKey.format(new Date()).slice(0, 4);
  const daysAgo = (at: Date) => {
    const ordinal = (date: Date) => Date.parse(`${dayKey.format(date)}T00:00:00Z`) / (DAY * 1000);
    return ordinal(new Date()) - ordinal(at);
  };
  const named = (ago: number) => sentenceCase(relativeDay.format(-ago, "day"));

  return {
    moment: (iso) => {
      const at = new Date(iso);
      const day = sameYear(at) ? weekDay.format(at) : fullDay(at);
      return locale === "ko" ? `${day} ${time.format(at)}` : `${day}, ${time.format(at)}`;
    },
    month: (first) => month.format(new Date(`${first.slice(0, 7)}-01T00:00:00Z`)),
    date: (day) => {
      const said = bare.format(new Date(`${day}T00:00:00Z`));
      const year = day.slice(0, 4);
      if (year === dayKey.format(new Date()).slice(0, 4)) return said;
      return locale === "ko" ? `${year}년 ${said}` : `${said}, ${year}`;
    },
    time: (iso) => time.format(new Date(iso)),
    day: (iso) => {
      const at = new Date(iso);
      const ago = daysAgo(at);
      if (ago === 0 || ago === 1) return named(ago);
      return sameYear(at) ? weekDay.format(at) : fullDay(at);
    },
    brief: (iso) => {
      const at = new Date(iso);
      if (dates === "exact") return `${(sameYear(at) ? monthDay : numeric).format(at)} ${time.format(at)}`;
      const ago = daysAgo(at);
      if (ago === 0) return time.format(at);
      if (ago === 1) return named(ago);
      return (sameYear(at) ? monthDay : numeric).format(at);
    },
    span: (iso, now = new Date()) => span(Math.abs(now.getTime() - Date.parse(iso)) / 1000, locale),
    number: (value) => number.format(value),
    compact: (value) => compact.format(value),
    bytes: (value) => bytes(value, number),
    money: (amount) => money(amount, tag),
    phone: koreanPhone,
  };
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function span(seconds: number, locale: Locale): string {
  const [ko, en] =
    seconds < MINUTE
      ? ["방금", "now"]
      : seconds < HOUR
        ? unit(seconds / MINUTE, "분", "m")
        : seconds < DAY
          ? unit(seconds / HOUR, "시간", "h")
          : unit(seconds / DAY, "일", "d");
  return locale === "ko" ? ko : en;
}

function unit(amount: number, ko: string, en: string): [string, string] {
  return [`${Math.floor(amount)}${ko}`, `${Math.floor(amount)}${en}`];
}

function money(amount: { minor: number; digits: number; currency: string }, tag: string): string {
  const { digits, currency } = amount;
  const whole = amount.minor / 10 ** digits;
  const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  if (tag === "ko-KR" && currency === "KRW") return `${new Intl.NumberFormat(tag, fraction).format(whole)}원`;
  return new Intl.NumberFormat(tag, { style: "currency", currency, ...fraction }).format(whole);
}

function bytes(value: number, number: Intl.NumberFormat): string {
  if (value < 1000) return `${value}B`;
  if (value < 1_000_000) return `${number.format(Math.round(value / 1000))}KB`;
  return `${number.format(Math.round(value / 100_000) / 10)}MB`;
}

/** Grouping follows the Korean numbering plan: 02 has two-digit area, 15xx/16xx/18xx numbers have none. */
function koreanPhone(value: string): string {
  const digits = value.replace(/^\+82\s?\(?0?\)?/, "0").replace(/[^\d+]/g, "");
  if (!/^0\d{8,11}$|^1[568]\d{6}$/.test(digits)) return value;
  if (/^1[568]/.test(digits)) return `${digits.slice(0, 4)}-${digits.slice(4)}`;
  const head = digits.startsWith("02") ? 2 : digits.startsWith("050") && digits.length === 12 ? 4 : 3;
  return `${digits.slice(0, head)}-${digits.slice(head, -4)}-${digits.slice(-4)}`;
}
