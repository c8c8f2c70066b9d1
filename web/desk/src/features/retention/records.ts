import type { RetentionRule, RuledClass } from "@damso/api";

const CASES: readonly string[] = ["conversation", "complaint", "contract", "payment", "advertising"];

/** A class of records of other rooms: what is known of it, unlike cases, is how many there are. */
export type KeptClass = Exclude<
  RuledClass,
  "conversation" | "complaint" | "contract" | "payment" | "advertising"
>;

/** The class of records a rule is for; undefined for cases. */
export function recordsOf(rule: RetentionRule): KeptClass | undefined {
  return CASES.includes(rule.record_class) ? undefined : (rule.record_class as KeptClass);
}
