import type { Texts } from "@damso/i18n";

const CODES = [
  "EgressRefused",
  "NOT_JSON",
  "TOO_LARGE",
  "InvalidURL",
  "SECRET_UNREADABLE",
  "NO_CONSENT",
  "FREE_MAIL",
] as const;
/** As the HTTP client names what never reached an answer. */
const LINE = /^(Connect|Network|Read|Write|Close|Protocol|RemoteProtocol|Proxy)Error$/;

/** Why a question came to nothing, as people read it; what the desk does not know stands as the server calls it. */
export function reasonText(reason: string, t: Texts["t"]): string {
  const known = CODES.find((one) => one === reason);
  if (known) return t(`enrichment.reason.${known}`);
  if (reason === "HTTP_401" || reason === "HTTP_403") return t("enrichment.reason.denied");
  if (reason === "HTTP_429") return t("enrichment.reason.tooMany");
  if (reason.startsWith("HTTP_")) return t("enrichment.reason.http", { status: reason.slice(5) });
  if (reason.endsWith("Timeout")) return t("enrichment.reason.slow");
  return LINE.test(reason) ? t("enrichment.reason.line") : reason;
}
