import { type DeliveryStatus, type Entry, keys, type Page } from "@damso/api";
import type { InfiniteData, QueryClient } from "@tanstack/react-query";

/** Pages go back in time: the first holds the newest entries, each oldest first. */
export type Entries = InfiniteData<Page<Entry>, unknown>;

/** Puts an entry in its place: replaced where it is known, else by its time. Frames may come twice. */
export function takeEntry(client: QueryClient, conversationId: string, entry: Entry): void {
  client.setQueryData<Entries>(keys.entries(conversationId), (known) => known && withEntry(known, entry));
}

/**
 * The answer to our own request may be older than a frame that overtook it: there, a status does not go back.
 */
export function takeAnswer(client: QueryClient, conversationId: string, entry: Entry): void {
  client.setQueryData<Entries>(keys.entries(conversationId), (known) => {
    const before = known?.pages.flatMap((page) => page.items).find((one) => one.id === entry.id);
    const older = before && rank(before.status) > rank(entry.status);
    return known && withEntry(known, older ? { ...entry, status: before.status } : entry);
  });
}

/** All entries oldest first. */
export function entriesOf(known: Entries | undefined): Entry[] {
  return known ? known.pages.toReversed().flatMap((page) => page.items) : [];
}

export function withEntry(known: Entries, entry: Entry): Entries {
  const at = known.pages.findIndex((page) => page.items.some((one) => one.id === entry.id));
  if (at >= 0) {
    return mapPage(known, at, (items) => items.map((one) => (one.id === entry.id ? entry : one)));
  }
  const newest = known.pages[0];
  const oldest = newest?.items[0];
  // Older than everything loaded on the newest page: it will come with its own page when somebody scrolls there.
  if (oldest && newest.next && entry.at < oldest.at) return known;
  return mapPage(known, 0, (items) => insert(items, entry));
}

function insert(items: Entry[], entry: Entry): Entry[] {
  const after = items.findLastIndex((one) => one.at <= entry.at);
  return items.toSpliced(after + 1, 0, entry);
}

function mapPage(known: Entries, at: number, change: (items: Entry[]) => Entry[]): Entries {
  const pages = known.pages.map((page, index) =>
    index === at ? { ...page, items: change(page.items) } : page,
  );
  return { ...known, pages };
}

const RANKS: DeliveryStatus[] = ["queued", "sent", "delivered", "read"];

function rank(status: DeliveryStatus | null): number {
  return status ? RANKS.indexOf(status) : -1;
}
