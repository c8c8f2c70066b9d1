import { keys, type Page, type Row, type View } from "@damso/api";
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { createStore } from "../../app/store.ts";
import { matches } from "./matches.ts";

type Rows = InfiniteData<Page<Row>, unknown>;

/** What waits above a list until it may move: by view, rows that are new or came up again, and rows that left. */
export interface Waiting {
  arrived: Record<string, Row>;
  left: string[];
}

export const NOTHING_WAITS: Waiting = { arrived: {}, left: [] };
export const waiting = createStore<Record<string, Waiting>>({});

/**
 * Brings a changed row into every list that is loaded. Rows change where they stand; what would move, appear or
 * disappear waits until the list is allowed to move (see `settle`), so nothing jumps under the pointer.
 */
export function takeRow(client: QueryClient, row: Row, views: View[], myId: string): void {
  for (const [key, rows] of client.getQueriesData<Rows>({ queryKey: keys.rows })) {
    const viewId = String(key[1]);
    const view = views.find((one) => one.id === viewId);
    if (!rows || !view) continue;
    const known = findRow(rows, row.id);
    const belongs = matches(row, view.filter, myId);
    if (belongs === null && !known) {
      void client.invalidateQueries({ queryKey: key });
      continue;
    }
    if (known) client.setQueryData<Rows>(key, replaceRow(rows, asMine(row, known)));
    const cameUp = belongs !== false && (!known || row.last_message_at > known.last_message_at);
    note(viewId, row, { cameUp, left: belongs === false && known !== undefined });
  }
}

/** Frames go to everybody alike, so what differs by agent is kept from what this agent was told. */
function asMine(row: Row, known: Row): Row {
  const same = row.last_message_at === known.last_message_at;
  return { ...row, draft: known.draft, reminder: known.reminder, unread: same ? known.unread : row.unread };
}

/** Changes a row in every list, for what this agent just did. */
export function patchRow(client: QueryClient, id: string, change: (row: Row) => Row): void {
  for (const [key, rows] of client.getQueriesData<Rows>({ queryKey: keys.rows })) {
    const known = rows && findRow(rows, id);
    if (rows && known) client.setQueryData<Rows>(key, replaceRow(rows, change(known)));
  }
}

/** Takes a row out of one list at once: the agent moved it away themselves. */
export function dropRow(client: QueryClient, viewId: string, id: string): void {
  client.setQueryData<Rows>(
    keys.rowsOf(viewId),
    (rows) => rows && mapPages(rows, (items) => items.filter((row) => row.id !== id)),
  );
  note(viewId, { id } as Row, { cameUp: false, left: false });
}

/** Lets a list move: what waited goes on top, newest first, and what left goes. */
export function settle(client: QueryClient, viewId: string): void {
  const { arrived, left } = waiting.get()[viewId] ?? NOTHING_WAITS;
  const fresh = Object.values(arrived).toSorted((a, b) => b.last_message_at.localeCompare(a.last_message_at));
  if (fresh.length === 0 && left.length === 0) return;
  const moving = new Set([...Object.keys(arrived), ...left]);
  client.setQueryData<Rows>(keys.rowsOf(viewId), (rows) => {
    if (!rows) return rows;
    const rest = mapPages(rows, (items) => items.filter((row) => !moving.has(row.id)));
    const [first, ...others] = rest.pages;
    if (!first) return rest;
    return { ...rest, pages: [{ ...first, items: [...fresh, ...first.items] }, ...others] };
  });
  waiting.set((all) => ({ ...all, [viewId]: NOTHING_WAITS }));
}

/** The rows of a list as they stand, without doubles (a row that moved between two pages comes twice). */
export function rowsOf(rows: Rows | undefined): Row[] {
  const seen = new Set<string>();
  const all: Row[] = [];
  for (const row of rows?.pages.flatMap((page) => page.items) ?? []) {
    if (!seen.has(row.id)) all.push(row);
    seen.add(row.id);
  }
  return all;
}

function note(viewId: string, row: Row, what: { cameUp: boolean; left: boolean }): void {
  waiting.set((all) => {
    const before = all[viewId] ?? NOTHING_WAITS;
    const arrived = { ...before.arrived };
    if (what.left) delete arrived[row.id];
    else if (what.cameUp || arrived[row.id]) arrived[row.id] = row;
    const left = before.left.filter((id) => id !== row.id);
    if (what.left) left.push(row.id);
    return { ...all, [viewId]: { arrived, left } };
  });
}

function findRow(rows: Rows, id: string): Row | undefined {
  for (const page of rows.pages) {
    const found = page.items.find((row) => row.id === id);
    if (found) return found;
  }
  return undefined;
}

function replaceRow(rows: Rows, row: Row): Rows {
  return mapPages(rows, (items) => items.map((one) => (one.id === row.id ? row : one)));
}

function mapPages(rows: Rows, change: (items: Row[]) => Row[]): Rows {
  return { ...rows, pages: rows.pages.map((page) => ({ ...page, items: change(page.items) })) };
}
