import type { Entry, EntryStatus } from "../contract.ts";

const RANK: Record<EntryStatus, number> = { sent: 0, delivered: 1, read: 2 };

/**
 * One list from what is known and what arrives, oldest first. Live frames and pages overlap after a resume:
 * a known id is replaced in place, a status never goes backwards, an own message is known by its client id too.
 */
export function merged(known: readonly Entry[], arriving: readonly Entry[]): Entry[] {
  const byId = new Map(known.map((entry) => [entry.id, entry]));
  for (const entry of arriving) byId.set(entry.id, newer(byId.get(entry.id), entry));
  return [...byId.values()].sort(inOrder);
}

/** Entries that nobody here has seen before: the ones that count and are announced. */
export function unknown(known: readonly Entry[], arriving: readonly Entry[]): Entry[] {
  const ids = new Set(known.map(({ id }) => id));
  return arriving.filter(({ id }) => !ids.has(id));
}

export function fromUs(entry: Entry): boolean {
  return entry.from === "agent" || entry.from === "bot";
}

export function lastFromUs(entries: readonly Entry[]): Entry | null {
  return entries.findLast(fromUs) ?? null;
}

/** Written close together by the same author, over the same channel: shown as one group. */
export function continues(before: Entry | undefined, entry: Entry): boolean {
  if (!before || before.from !== entry.from || before.channel !== entry.channel) return false;
  if (before.from === "system" || before.author?.name !== entry.author?.name) return false;
  return Date.parse(entry.at) - Date.parse(before.at) < GROUP_MS && !startsDay(before, entry);
}

export function startsDay(before: Entry | undefined, entry: Entry): boolean {
  return !before || new Date(before.at).toDateString() !== new Date(entry.at).toDateString();
}

const GROUP_MS = 5 * 60_000;

function newer(known: Entry | undefined, entry: Entry): Entry {
  if (!known?.status || !entry.status) return entry;
  return RANK[known.status] > RANK[entry.status] ? { ...entry, status: known.status } : entry;
}

function inOrder(a: Entry, b: Entry): number {
  return Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1);
}
