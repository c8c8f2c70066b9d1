import type { Texts } from "@damso/i18n";

/** Days as people say them: the law counts in years and months, we count every leap day in. */
export function periodText(days: number, t: Texts["t"], number: (count: number) => string): string {
  const years = Math.floor(days / 365.2);
  const said = number(days);
  if (years >= 1 && days - Math.ceil(years * 365.25) <= 1 && days >= years * 365)
    return t("retention.years", { years: String(years), days: said });
  if (days >= 183 && days <= 184) return t("retention.halfYear", { days: said });
  return t("retention.days", { days: said });
}
