import { createStore, useStore } from "../../app/store.ts";

interface Open {
  start: string;
}

const palette = createStore<Open | null>(null);

export function openPalette(start = ""): void {
  palette.set({ start });
}

export function closePalette(): void {
  palette.set(null);
}

export function usePalette(): Open | null {
  return useStore(palette, (value) => value);
}
