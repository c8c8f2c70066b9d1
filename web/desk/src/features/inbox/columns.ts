import { recall, remember } from "../../app/remembered.ts";
import { createStore, useStore } from "../../app/store.ts";

type Column = "views" | "customer";
type Folded = Record<Column, boolean>;

/** Which columns this agent has folded away; kept for the next visit. */
const folded = createStore<Folded>({ views: false, customer: false, ...recall<Folded>("folded") });

export function toggleColumn(column: Column): void {
  folded.set((before) => {
    const after = { ...before, [column]: !before[column] };
    remember("folded", after);
    return after;
  });
}

export function useFolded(column: Column): boolean {
  return useStore(folded, (all) => all[column]);
}
