import type { ComputedValue } from "@damso/api";
import { useText } from "@damso/i18n";

/** A value that was worked out, as people read it. */
export function useFigure(): (worked: ComputedValue) => string {
  const { t, format } = useText();
  const one = (value: unknown): string => {
    if (typeof value === "number") return format.number(value);
    if (typeof value === "boolean") return t(value ? "computed.yes" : "computed.no");
    return value === null || value === undefined ? "–" : String(value);
  };
  return ({ value, more }) => {
    if (!Array.isArray(value)) return one(value);
    const shown = value.map(one).join(", ");
    return more > 0 ? `${shown} ${t("computed.more", { more: format.number(more) })}` : shown;
  };
}
