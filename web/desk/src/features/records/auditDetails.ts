import type { TextKey, Texts } from "@damso/i18n";

const NAMES: Record<string, TextKey> = {
  name: "detail.name",
  way: "detail.way",
  reason: "detail.reason",
  note: "detail.note",
  channel: "detail.channel",
  kind: "detail.kind",
  format: "detail.format",
  product: "detail.product",
  role: "detail.role",
  before: "detail.before",
  after: "detail.after",
  company: "detail.company",
  count: "detail.count",
  why: "detail.why",
  stopped_by: "detail.stopped_by",
  lane: "detail.lane",
  reader: "detail.reader",
  until: "detail.until",
  remarks: "detail.remarks",
  seal: "detail.seal",
  answer: "detail.answer",
  issuer: "detail.issuer",
  required: "detail.required",
  enabled: "detail.enabled",
  secret_changed: "detail.secret_changed",
  sound: "detail.sound",
  taken: "detail.taken",
  unproven: "detail.unproven",
};

const VALUES: Record<string, Record<string, TextKey>> = {
  way: {
    link: "detail.way.link",
    password: "detail.way.password",
    sso: "detail.way.sso",
    invitation: "detail.way.invitation",
    second_step: "detail.way.second_step",
    email: "accessRequest.way.email",
    phone: "accessRequest.way.phone",
    chat: "accessRequest.way.chat",
    letter: "accessRequest.way.letter",
    visit: "accessRequest.way.visit",
    other: "accessRequest.way.other",
  },
  reason: {
    customer_request: "reason.customer_request",
    complaint: "reason.complaint",
    inspection: "reason.inspection",
    legal: "reason.legal",
    moving: "reason.moving",
    reporting: "reason.reporting",
    other: "reason.other",
    requested: "erase.reason.requested",
    consent_withdrawn: "erase.reason.consent_withdrawn",
    purpose_ended: "erase.reason.purpose_ended",
  },
  answer: {
    given: "accessRequest.answer.given",
    refused: "accessRequest.answer.refused",
    withdrawn: "accessRequest.answer.withdrawn",
  },
};

const ROLES: Record<string, TextKey> = {
  owner: "role.owner",
  administrator: "role.administrator",
  supervisor: "role.supervisor",
  agent: "role.agent",
  marketer: "role.marketer",
  analyst: "role.analyst",
  read_only: "role.read_only",
};

/** Numbers of other rows say nothing to a reader; the export has them. */
const UNTOLD = new Set(["request_id", "erasure_id"]);

/** What an administrative act was about, in words; what this desk does not know stands as it is. */
export function detailsText(act: string, details: Record<string, unknown>, t: Texts["t"]): string {
  return Object.entries(details)
    .filter(([name, value]) => typeof value !== "object" && value !== "" && !UNTOLD.has(name))
    .map(([name, value]) => {
      const label = NAMES[name];
      return `${label ? t(label) : name}: ${valueText(act, name, value, t)}`;
    })
    .join(" · ");
}

function valueText(act: string, name: string, value: unknown, t: Texts["t"]): string {
  if (typeof value === "boolean") return t(value ? "detail.yes" : "detail.no");
  const said = String(value);
  const isRole = name === "role" || act === "agent.role_changed";
  const known = isRole ? ROLES[said] : VALUES[name]?.[said];
  return known ? t(known) : said;
}
