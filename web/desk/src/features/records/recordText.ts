import type { TextKey, Texts } from "@damso/i18n";

const ROUTES: Record<string, TextKey> = {
  get_customer: "route.customer",
  get_customer_timeline: "route.timeline",
  get_customer_history: "route.customer",
  get_customer_suggestions: "route.suggestions",
  list_suggestions: "route.suggestions",
  preview_merge: "route.suggestions",
  preview_unmerge: "route.suggestions",
  create_customer: "route.customer",
  update_customer: "route.customer",
  list_customers: "route.customers",
  list_conversations: "route.conversations",
  get_conversation: "route.conversation",
  update_conversation: "route.conversation",
  start_conversation: "route.conversation",
  join_conversation: "route.conversation",
  list_messages: "route.messages",
  send_message: "route.messages",
  add_note: "route.messages",
  undo_message: "route.messages",
  settle_message: "route.messages",
  retry_message: "route.messages",
  get_html: "route.mail",
  get_source: "route.source",
  get_attachment: "route.file",
  preview_attachment: "route.file",
  download_delivery: "route.delivery",
  search_everything: "route.search",
  render_canned_answer: "route.canned",
  live: "route.live",
  export_access: "settings.access",
  export_audit: "settings.audit",
};

/** What was asked for, in words; a name that this desk does not know stands as it is. */
export function routeText(route: string, t: Texts["t"]): string {
  const known = ROUTES[route];
  return known ? t(known) : route;
}

const AUDITED: Record<string, TextKey> = {
  "access.reviewed": "audit.access.reviewed",
  "agent.disabled": "audit.agent.disabled",
  "agent.enabled": "audit.agent.enabled",
  "agent.invited": "audit.agent.invited",
  "agent.joined": "audit.agent.joined",
  "agent.limits_changed": "audit.agent.limits_changed",
  "agent.password_changed": "audit.agent.password_changed",
  "agent.renamed": "audit.agent.renamed",
  "agent.role_changed": "audit.agent.role_changed",
  "brand.changed": "audit.brand.changed",
  "agent.joined_by_sso": "audit.agent.joined_by_sso",
  "agent.signed_out": "audit.agent.signed_out",
  "customers.decision_undone": "audit.customers.decision_undone",
  "customers.merged": "audit.customers.merged",
  "customers.separated": "audit.customers.separated",
  "customers.unmerged": "audit.customers.unmerged",
  "recovery_code.used": "audit.recovery_code.used",
  "second_factor.removed": "audit.second_factor.removed",
  "second_factor.set_up": "audit.second_factor.set_up",
  "sign_in.sso_changed": "audit.sign_in.sso_changed",
  "sso.linked": "audit.sso.linked",
  "sso.unlinked": "audit.sso.unlinked",
  "data.exported": "audit.data.exported",
  "delivery.downloaded": "audit.delivery.downloaded",
  "delivery.replayed": "audit.delivery.replayed",
  "import.looked": "audit.import.looked",
  "import.removed": "audit.import.removed",
  "import.started": "audit.import.started",
  "import.stopped": "audit.import.stopped",
  "inbox.changed": "audit.inbox.changed",
  "inbox.connected": "audit.inbox.connected",
  "inbox.removed": "audit.inbox.removed",
  "inbox.replayed": "audit.inbox.replayed",
  "installation.set_up": "audit.installation.set_up",
  "key.created": "audit.key.created",
  "key.revoked": "audit.key.revoked",
  "records.dropped": "audit.records.dropped",
  "records.exported": "audit.records.exported",
  "records.key_changed": "audit.records.key_changed",
  "records.retention_changed": "audit.records.retention_changed",
  "records.verified": "audit.records.verified",
  "sign_in.failed": "audit.sign_in.failed",
  "sign_in.second_factor_required": "audit.sign_in.second_factor_required",
  "sign_in.link_made": "audit.sign_in.link_made",
  "sign_in.succeeded": "audit.sign_in.succeeded",
  "team.changed": "audit.team.changed",
  "team.created": "audit.team.created",
  "team.deleted": "audit.team.deleted",
};

export const AUDITED_ACTS = Object.keys(AUDITED);

/** An administrative act in words. */
export function actText(act: string, t: Texts["t"]): string {
  const known = AUDITED[act];
  return known ? t(known) : act;
}
