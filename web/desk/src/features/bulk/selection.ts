import type { Chosen, Row } from "@damso/api";
import { createStore, useStore } from "../../app/store.ts";

/** What is chosen in one list: rows, or all of the view as it was then. Gone when another view opens. */
export interface Selection {
  viewId: string;
  rows: Record<string, Row>;
  /** When the whole view was chosen. */
  whole: string | null;
  /** Where a stretch begins. */
  from: string | null;
}

export const NOTHING: Selection = { viewId: "", rows: {}, whole: null, from: null };
export const selection = createStore<Selection>(NOTHING);

export function useSelection(viewId: string): Selection {
  const chosen = useStore(selection, (value) => value);
  return chosen.viewId === viewId ? chosen : NOTHING;
}

export function useSelecting(): boolean {
  return useStore(selection, (value) => isSelecting(value));
}

export function isSelecting({ rows, whole }: Selection): boolean {
  return whole !== null || Object.keys(rows).length > 0;
}

export function clearSelection(): void {
  selection.set(NOTHING);
}

export function toggleRow(viewId: string, row: Row): void {
  selection.set((before) => {
    const rows = before.viewId === viewId ? { ...before.rows } : {};
    if (rows[row.id]) delete rows[row.id];
    else rows[row.id] = row;
    return { viewId, rows, whole: null, from: row.id };
  });
}

/** All rows from where the last one was chosen to this one. */
export function stretchTo(viewId: string, all: Row[], row: Row): void {
  const from = selection.get().viewId === viewId ? selection.get().from : null;
  const [start, end] = [all.findIndex((one) => one.id === from), all.findIndex((one) => one.id === row.id)];
  if (start < 0) {
    toggleRow(viewId, row);
    return;
  }
  const chosen = all.slice(Math.min(start, end), Math.max(start, end) + 1);
  selection.set((before) => ({
    viewId,
    rows: { ...before.rows, ...Object.fromEntries(chosen.map((one) => [one.id, one])) },
    whole: null,
    from: row.id,
  }));
}

export function selectAll(viewId: string, loaded: Row[]): void {
  selection.set({
    viewId,
    rows: Object.fromEntries(loaded.map((one) => [one.id, one])),
    whole: null,
    from: loaded[0]?.id ?? null,
  });
}

/** Also what is not loaded: the server finds it by the view's filter. */
export function selectWhole(viewId: string): void {
  selection.set((before) => ({ ...before, viewId, whole: new Date().toISOString() }));
}

/** What is chosen, as the server takes it: with when each had moved last as it stood on screen. */
export function chosenCases(rows: Record<string, Row>): Chosen[] {
  return Object.values(rows).map((row) => ({ id: row.id, seen_at: row.last_message_at }));
}
