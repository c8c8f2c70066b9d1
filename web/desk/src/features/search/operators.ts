import type { Given } from "./given.ts";

/** What an operator can be set to: `words` are the ways to type it, the first of them is written when it is chosen. */
export interface Value {
  label: string;
  words: string[];
  given: Given;
}

/** `status:open`, `상태:진행중`: what stands before the colon, and what may come after it. */
export interface Operator {
  id: "status" | "inbox" | "assignee" | "channel" | "customer" | "from" | "to" | "kind";
  label: string;
  names: string[];
  values: Value[] | "day" | "customer";
}

export interface Chip {
  operator: Operator;
  label: string;
  given: Given;
}

export interface Completion {
  id: string;
  label: string;
  /** The text once it is chosen. */
  text: string;
  /** Whether it says all there is to say; else one goes on typing after the colon. */
  whole: boolean;
}

const TOKEN = /(^|\s)([^\s:"]+):("[^"]*"?|[^\s"]*)/gu;
const DAY = /^(\d{4})[-./]?(\d{1,2})[-./]?(\d{1,2})$/;
const MOST = 6;

/**
 * Takes the conditions that are complete out of the text, and the one at its end that is still being typed: what is
 * left are the words to look for.
 */
export function readQuery(text: string, operators: Operator[]): { q: string; chips: Chip[] } {
  const chips: Chip[] = [];
  const q = text.replace(TOKEN, (all, before: string, name: string, raw: string, at: number) => {
    const operator = operatorNamed(name, operators);
    const chip = operator && chipOf(operator, unquoted(raw));
    if (chip) chips.push(chip);
    const open = operator !== undefined && at + all.length === text.length;
    return chip || open ? before : all;
  });
  return { q: q.replace(/\s+/g, " ").trim(), chips };
}

/** What could be meant by what stands at the end of the text, for choosing instead of knowing. */
export function completionsFor(text: string, operators: Operator[]): Completion[] {
  const open = /(^|\s)([^\s:"]+):("[^"]*|[^\s"]*)$/u.exec(text);
  if (open) {
    const operator = operatorNamed(open[2] ?? "", operators);
    if (!operator || !Array.isArray(operator.values)) return [];
    const head = text.slice(0, open.index) + open[1];
    const wanted = plain(unquoted(open[3] ?? ""));
    return operator.values
      .filter((value) => [value.label, ...value.words].some((word) => plain(word).includes(wanted)))
      .slice(0, MOST)
      .map((value) => ({
        id: `${operator.id}:${value.words[0]}`,
        label: `${operator.label}: ${value.label}`,
        text: `${head}${open[2]}:${quoted(value.words[0] ?? "")} `,
        whole: true,
      }));
  }
  const word = /(^|\s)(\S+)$/u.exec(text);
  if (!word?.[2]) return [];
  const head = text.slice(0, word.index) + word[1];
  const begun = plain(word[2]);
  return operators
    .flatMap((operator) => {
      const name = operator.names.find((one) => plain(one).startsWith(begun));
      return name && begun.length > 1
        ? [{ id: operator.id, label: `${operator.label}:`, text: `${head}${name}:`, whole: false }]
        : [];
    })
    .slice(0, MOST);
}

/** What stands after `customer:` at the end, to be looked for among customers; nothing elsewhere. */
export function customerSought(text: string, operators: Operator[]): { head: string; name: string } | null {
  const open = /(^|\s)([^\s:"]+):("[^"]*|[^\s"]*)$/u.exec(text);
  if (!open || operatorNamed(open[2] ?? "", operators)?.values !== "customer") return null;
  return { head: text.slice(0, open.index), name: unquoted(open[3] ?? "") };
}

function operatorNamed(name: string, operators: Operator[]): Operator | undefined {
  return operators.find((one) => one.names.some((known) => plain(known) === plain(name)));
}

function chipOf(operator: Operator, typed: string): Chip | null {
  if (operator.values === "day") {
    const day = asDay(typed);
    if (!day) return null;
    return { operator, label: day, given: { [operator.id]: day } };
  }
  if (operator.values === "customer" || typed === "") return null;
  const value = operator.values.find((one) =>
    [one.label, ...one.words].some((word) => plain(word) === plain(typed)),
  );
  return value ? { operator, label: value.label, given: value.given } : null;
}

/** `2026-11-20`, `2026.11.20`, `20261120`; nothing for a day that is none. */
function asDay(typed: string): string | null {
  const [, year, month, day] = DAY.exec(typed) ?? [];
  if (!year || !month || !day) return null;
  const iso = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const at = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== iso ? null : iso;
}

function unquoted(raw: string): string {
  return raw.replace(/^"|"$/g, "");
}

function quoted(word: string): string {
  return /\s/.test(word) ? `"${word}"` : word;
}

function plain(word: string): string {
  return word.normalize("NFC").toLowerCase().replace(/\s+/g, "");
}
