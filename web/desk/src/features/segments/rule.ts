import type { Purpose, SegmentRule } from "@damso/api";

/** The rule language as the builder writes it; docs/segments.md says what each means. */
export type Op =
  | "exists"
  | "missing"
  | "is"
  | "is_not"
  | "one_of"
  | "contains"
  | "starts_with"
  | "gt"
  | "gte"
  | "lt"
  | "lte";
export type Scalar = string | number | boolean;
export type Value = Scalar | Scalar[] | null;

export interface Condition {
  property: string;
  op: Op;
  value: Value;
}
export interface Window {
  last?: number | null;
  before?: number;
}
export interface Step {
  name: string;
  stream?: "tracked" | "care";
  where?: Condition[];
}
export type Group = { kind: "and" | "or"; rules: Node[] };
export type Leaf =
  | { kind: "trait"; key: string; op: Op; value: Value }
  | { kind: "identity"; kinds: string[]; proven?: boolean }
  | {
      kind: "performed";
      event: Step;
      window?: Window;
      compare?: "at_least" | "at_most" | "exactly";
      times?: number;
    }
  | { kind: "occurrence"; which: "first" | "last"; event: Step; window?: Window }
  | {
      kind: "total";
      event: Step;
      property: string;
      amount: number;
      compare?: "at_least" | "less_than";
      window?: Window;
    }
  | { kind: "sequence"; first: Step; next: Step; within: number; without?: Step | null; window?: Window }
  | { kind: "not_followed"; first: Step; next: Step; within: number; window?: Window }
  | { kind: "conversation"; state: "open" | "waiting"; seconds?: number }
  | { kind: "anniversary"; key: string; calendar?: "solar" | "lunar"; days?: number }
  | { kind: "consent"; purpose: Purpose; channel: string; state: "given" | "withdrawn" | "none" }
  | ({ kind: "rfm" } & Rfm)
  | { kind: "computed"; computed_id: string; op: Op; value: Value }
  | { kind: "measured"; of: Computation; op: Op; value: Value }
  | { kind: "segment"; segment_id: string };
export interface Rfm {
  groups?: string[];
  recency?: number[];
  frequency?: number[];
  monetary?: number[];
  value?: number[];
}
export const MEASURES = ["count", "sum", "last", "first", "most_frequent", "unique", "days_since"] as const;
export type Measure = (typeof MEASURES)[number];
export interface Computation {
  measure: Measure;
  event: Step;
  property?: string;
  window?: Window;
}
export type Node = Group | { kind: "not"; rule: Node } | Leaf;
export type LeafKind = Leaf["kind"];

const DAY = 86_400;
const HOUR = 3600;

export const OPS: Op[] = [
  "is",
  "is_not",
  "one_of",
  "contains",
  "starts_with",
  "gt",
  "gte",
  "lt",
  "lte",
  "exists",
  "missing",
];
export const KINDS: LeafKind[] = [
  "trait",
  "performed",
  "occurrence",
  "total",
  "sequence",
  "not_followed",
  "conversation",
  "identity",
  "anniversary",
  "computed",
  "consent",
  "rfm",
  "segment",
];
export const EVERYBODY: Group = { kind: "and", rules: [] };

/** A leaf that still has to be filled in. */
export function blank(kind: LeafKind): Leaf {
  const event = { name: "" };
  const month = { last: 30 * DAY };
  switch (kind) {
    case "trait":
      return { kind, key: "", op: "is", value: "" };
    case "identity":
      return { kind, kinds: ["email"] };
    case "performed":
      return { kind, event, window: month, compare: "at_least", times: 1 };
    case "occurrence":
      return { kind, which: "last", event, window: { before: 30 * DAY } };
    case "total":
      return { kind, event, property: "", amount: 1, compare: "at_least", window: month };
    case "sequence":
      return { kind, first: event, next: event, within: DAY, window: month };
    case "not_followed":
      return { kind, first: event, next: event, within: HOUR, window: { last: 7 * DAY } };
    case "conversation":
      return { kind, state: "waiting", seconds: 0 };
    case "anniversary":
      return { kind, key: "birthday", calendar: "solar", days: 0 };
    case "consent":
      return { kind, purpose: "marketing", channel: "all", state: "given" };
    case "rfm":
      return { kind, groups: ["champions"] };
    case "computed":
      return { kind, computed_id: "", op: "gte", value: 1 };
    case "measured":
      return { kind, of: { measure: "count", event, window: month }, op: "gte", value: 1 };
    case "segment":
      return { kind, segment_id: "" };
  }
}

/** A stored rule; the builder shows a group at the top, and makes one where there is none. */
export function opened(rule: SegmentRule): Group {
  const node = rule as unknown as Node;
  return isGroup(node) ? node : { kind: "and", rules: [node] };
}

export function isGroup(node: Node): node is Group {
  return node.kind === "and" || node.kind === "or";
}

export function asRule(node: Node): SegmentRule {
  return node as unknown as SegmentRule;
}

/** What somebody typed as the value that the comparison means. */
export function meantBy(op: Op, typed: string): Value {
  if (op === "exists" || op === "missing") return null;
  if (op === "one_of")
    return typed
      .split(",")
      .map((one) => one.trim())
      .filter(Boolean)
      .map(scalarOf);
  if (op === "contains" || op === "starts_with") return typed;
  return scalarOf(typed);
}

export function typedOf(value: Value): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.map(String).join(", ") : String(value);
}

function scalarOf(typed: string): Scalar {
  const plain = typed.trim();
  if (plain === "true" || plain === "false") return plain === "true";
  return /^-?\d{1,15}(\.\d+)?$/.test(plain) && !/^-?0\d/.test(plain) ? Number(plain) : typed;
}

/** Measures that are worked out of the events themselves, and of none of their properties. */
export function isBare(measure: Measure): boolean {
  return measure === "count" || measure === "days_since";
}
