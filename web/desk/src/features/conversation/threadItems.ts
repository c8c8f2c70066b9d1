import type { Entry } from "@damso/api";

export type ThreadItem =
  | { type: "day"; key: string; at: string }
  | { type: "channel"; key: string; channel: string }
  | { type: "entry"; key: string; entry: Entry; joined: boolean }
  | { type: "activities"; key: string; entries: Entry[] };

/** Messages of one author closer together than this are one breath: the name is not repeated. */
const BREATH = 5 * 60_000;

/** A thread as it is read: lines between days and where the channel changed, activities folded together. */
export function threadItems(entries: Entry[], dayOf: (iso: string) => string): ThreadItem[] {
  const items: ThreadItem[] = [];
  let day = "";
  let channel: string | null = null;
  let before: Entry | null = null;
  for (const entry of entries) {
    const itsDay = dayOf(entry.at);
    if (itsDay !== day) {
      items.push({ type: "day", key: `day:${entry.id}`, at: entry.at });
      day = itsDay;
      before = null;
    }
    if (entry.kind === "activity") {
      const last = items.at(-1);
      if (last?.type === "activities") last.entries.push(entry);
      else items.push({ type: "activities", key: entry.id, entries: [entry] });
      before = null;
      continue;
    }
    if (entry.kind === "message" && entry.channel) {
      if (channel && entry.channel !== channel) {
        items.push({ type: "channel", key: `channel:${entry.id}`, channel: entry.channel });
        before = null;
      }
      channel = entry.channel;
    }
    items.push({ type: "entry", key: entry.send_key ?? entry.id, entry, joined: isJoined(before, entry) });
    before = entry;
  }
  return items;
}

function isJoined(before: Entry | null, entry: Entry): boolean {
  if (!before || before.kind !== entry.kind || before.channel !== entry.channel) return false;
  if (before.author.kind !== entry.author.kind || before.author.id !== entry.author.id) return false;
  if (entry.subject !== before.subject) return false;
  return Date.parse(entry.at) - Date.parse(before.at) < BREATH;
}
