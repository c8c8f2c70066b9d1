import type { Scope } from "@damso/api";
import type { TextKey } from "@damso/i18n";

export interface SettingsGroup {
  title: TextKey;
  /** Address, name, and what one has to be allowed to be shown it. */
  pages: [string, TextKey, Scope?][];
}

/** All pages of the settings: what stands in their list, and what search finds. */
export const SETTINGS: SettingsGroup[] = [
  {
    title: "settings.own",
    pages: [
      ["profile", "settings.profile"],
      ["notifications", "settings.notifications"],
      ["writing", "settings.writing", "conversations.write"],
      ["keyboard", "settings.keyboard"],
      ["security", "settings.security"],
      ["exports", "export.mine", "customers.export"],
    ],
  },
  {
    title: "settings.company",
    pages: [
      ["start", "settings.start", "channels.manage"],
      ["channels", "settings.channels", "channels.manage"],
      ["sources", "settings.sources", "sources.manage"],
      ["brand", "settings.brand", "settings.manage"],
      ["people", "settings.people", "team.manage"],
      ["teams", "settings.teams", "team.manage"],
      ["sign-in", "settings.signIn", "settings.manage"],
      ["keys", "settings.keys", "keys.manage"],
      ["import", "settings.import", "settings.manage"],
      ["system", "settings.system", "settings.manage"],
    ],
  },
  {
    title: "settings.work",
    pages: [
      ["canned-answers", "settings.canned", "conversations.write"],
      ["macros", "settings.macros", "conversations.write"],
      ["tags", "settings.tags", "conversations.write"],
      ["return-policy", "settings.returnPolicy", "commerce.manage"],
    ],
  },
  {
    title: "settings.privacyGroup",
    pages: [
      ["consent-texts", "settings.consentTexts", "settings.manage"],
      ["privacy", "settings.privacy", "customers.erase"],
      ["access-requests", "settings.accessRequests", "customers.erase"],
      ["retention", "settings.retention", "customers.erase"],
      ["held-cases", "settings.heldCases", "customers.erase"],
    ],
  },
  {
    title: "settings.data",
    pages: [
      ["data-quality", "settings.dataQuality", "settings.manage"],
      ["identity", "settings.identity", "settings.manage"],
      ["lake", "settings.lake", "settings.manage"],
      ["enrichment", "settings.enrichment", "settings.manage"],
    ],
  },
  {
    title: "settings.records",
    pages: [
      ["access", "settings.access", "access.review"],
      ["reviews", "settings.reviews", "access.review"],
      ["audit", "settings.audit", "audit.read"],
      ["integrity", "settings.integrity", "audit.read"],
    ],
  },
];
