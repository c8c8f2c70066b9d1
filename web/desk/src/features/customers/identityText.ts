import type { Identity } from "@damso/api";
import type { Format, Texts } from "@damso/i18n";

/** An address as people read it: phone numbers grouped, a visitor's id shortened to what tells it from others. */
export function identityValue(
  identity: Pick<Identity, "kind" | "value">,
  format: Format,
  t: Texts["t"],
): string {
  if (identity.kind === "phone") return format.phone(identity.value);
  // A number that somebody said at a shop's till: nobody knows whose it is.
  if (identity.kind === "counter") return t("identity.counter", { number: format.phone(identity.value) });
  if (identity.kind === "visitor") return t("identity.visitor", { id: identity.value.slice(-6) });
  if (identity.kind === "internal") return t("identity.internal");
  return identity.value;
}

/** A number as it is stored. */
const E164 = /^\+\d{7,15}$/;

/** A line of the story as people read it: an address that is a phone number is grouped. */
export function storyText(text: string, format: Pick<Format, "phone">): string {
  return E164.test(text) ? format.phone(text) : text;
}

/** What was proven of it. A visitor's cookie says that a browser came back, and nothing of who sits before it. */
export function proven({ kind, proof }: Pick<Identity, "kind" | "proof">): Identity["proof"] | "browser" {
  return kind === "visitor" && proof === "authenticated" ? "browser" : proof;
}

/** Where it comes from and how far it can be trusted, for the hover. */
export function identityStory(identity: Identity, { t, format }: Texts): string {
  const lines = [t(`proof.${proven(identity)}Long`)];
  if (identity.source) lines.push(t("fact.source", { source: sourceText(identity.source, t) }));
  if (identity.first_seen_at) lines.push(t("fact.firstSeen", { at: format.moment(identity.first_seen_at) }));
  if (identity.last_seen_at) lines.push(t("fact.lastSeen", { at: format.moment(identity.last_seen_at) }));
  if (identity.bounced) lines.push(t("identity.bouncedLong"));
  return lines.join("\n");
}

const KINDS = [
  "email",
  "phone",
  "user",
  "anonymous",
  "visitor",
  "internal",
  "whatsapp",
  "kakao",
  "kakao_channel_user",
  "kakao_bot_user",
  "kakao_app_user",
  "kakao_open_id",
  "kakao_consult_user",
  "talktalk",
] as const;

/** What an identity is; a kind that the desk does not know stands as the server calls it. */
export function kindText(kind: string, t: Texts["t"]): string {
  const known = KINDS.find((one) => one === kind);
  return known ? t(`identity.kind.${known}`) : kind;
}

const SOURCES = [
  "agent",
  "import",
  "api",
  "email",
  "chat",
  "kakao",
  "kakao_consult",
  "talktalk",
  "widget",
  "code",
  "token",
  "form",
  "browser",
  "domain",
  "key",
  "web_form",
  "app",
  "phone",
  "paper",
  "message",
  "preference_page",
  "one_click",
  "counter",
  "tracking",
  "group",
  "identity_token",
  "consents",
  "other",
] as const;

const PLUGS = ["locale", "timezone", "device", "phone", "company"] as const;
const ENRICHED = "enrichment:";

/** Sources that the desk knows have a name; others are shown as the server calls them. What enrichment told names the
 * plug or the service. */
export function sourceText(source: string, t: Texts["t"]): string {
  if (source.startsWith(ENRICHED)) {
    const name = source.slice(ENRICHED.length);
    const plug = PLUGS.find((one) => one === name);
    return t("source.enrichment", { name: plug ? t(`source.plug.${plug}`) : name });
  }
  const known = SOURCES.find((one) => one === source);
  return known ? t(`source.${known}`) : source;
}
