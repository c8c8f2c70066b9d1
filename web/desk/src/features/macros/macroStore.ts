import { createStore, useStore } from "../../app/store.ts";

interface Open {
  macroId: string;
  conversationId: string;
}

const opened = createStore<Open | null>(null);

/** Shows what a macro will do in a case, from wherever it was chosen by name. */
export function openMacro(macroId: string, conversationId: string): void {
  opened.set({ macroId, conversationId });
}

export function closeMacro(): void {
  opened.set(null);
}

export function useOpenMacro(): Open | null {
  return useStore(opened, (value) => value);
}
