import type { Import } from "@damso/api";
import type { Texts } from "@damso/i18n";

/** Proper names, the same in every language; others have words of ours. */
const TITLES: Record<string, string> = {
  zendesk: "Zendesk",
  intercom: "Intercom",
  chatwoot: "Chatwoot",
  freshdesk: "Freshdesk",
};
/** A company's own data, in tables. */
export const TABLES = ["customers", "events", "products", "consents", "ga4"] as const;
export const DESKS = ["zendesk", "intercom", "chatwoot", "freshdesk", "mailbox"] as const;
export type Product = (typeof TABLES)[number] | (typeof DESKS)[number];

export function isTable(product: string): product is (typeof TABLES)[number] {
  return (TABLES as readonly string[]).includes(product);
}

/** Whether somebody has to say what the columns are. */
export function isMapped(product: string): boolean {
  return isTable(product) && product !== "ga4";
}

export function productText(product: string, t: Texts["t"]): string {
  if (isTable(product)) return t(`import.product.${product}`);
  return TITLES[product] ?? t("import.mailbox");
}

const ACTIVE: Import["state"][] = ["looking", "waiting", "running"];

/** Whether the server is at it. */
export function isActive(job: Import): boolean {
  return ACTIVE.includes(job.state);
}

export function toneOf(state: Import["state"]): "ok" | "warn" | "danger" {
  if (state === "done") return "ok";
  return state === "failed" ? "danger" : "warn";
}

/** The share that is done, 0 to 100; nothing while that is not known. */
export function shareOf(job: Import): number | undefined {
  if (job.state === "looking" || !job.total) return undefined;
  return Math.min(100, (job.position / job.total) * 100);
}
