import type { KeyAction, MySettings } from "@damso/api";
import { createStore, useStore } from "./store.ts";

interface Keymap {
  combos: Partial<MySettings["keymap"]>;
  /** The other way round: what a combo calls for. */
  actions: Partial<Record<string, KeyAction>>;
}

/** The agent's keys as the server last said: the only place that the desk takes them from. */
export const keymap = createStore<Keymap>({ combos: {}, actions: {} });

export function setKeymap(combos: MySettings["keymap"]): void {
  const actions: Keymap["actions"] = {};
  for (const [action, keys] of Object.entries(combos) as [KeyAction, string[]][]) {
    for (const combo of keys) actions[combo] = action;
  }
  keymap.set({ combos, actions });
}

/** What a combo calls for. */
export function actionOf(combo: string | null): KeyAction | undefined {
  return combo === null ? undefined : keymap.get().actions[combo];
}

/** Whether a sequence begins with it: then one waits for the second. */
export function isFirstChord(combo: string): boolean {
  return Object.keys(keymap.get().actions).some((known) => known.startsWith(`${combo} `));
}

/** The first of an action's keys, to be shown; nothing where it has none. */
export function useKeyOf(action: KeyAction): string | undefined {
  return useStore(keymap, ({ combos }) => combos[action]?.[0]);
}

export function useKeymap(): Keymap["combos"] {
  return useStore(keymap, ({ combos }) => combos);
}
