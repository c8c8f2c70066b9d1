import type { Import } from "@damso/api";
import type { Texts } from "@damso/i18n";

/** Proper names, the same in every language; a mailbox is no product. */
const TITLES: Record<string, string> = {
  zendesk: "Zendesk",
  intercom: "Intercom",
  chatwoot: "Chatwoot",
  freshdesk: "Freshdesk",
};
export const PRODUCTS = ["zendesk", "intercom", "chatwoot", "freshdesk", "mailbox"] as const;
export type Product = (typeof PRODUCTS)[number];

export function productText(product: string, t: Texts["t"]): string {
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
