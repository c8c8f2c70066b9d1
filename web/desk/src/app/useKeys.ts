import type { KeyAction } from "@damso/api";
import { useEffect, useRef } from "react";
import { comboOf } from "./combo.ts";
import { actionOf, isFirstChord } from "./keymap.ts";

/** Keys that move through a screen and close what is open: nobody can give them away. */
type Fixed = "escape" | "arrowdown" | "arrowup";

/** What to do for each action; which keys call for it is the agent's own map (see `keymap`). */
export type Bindings = Partial<Record<KeyAction | Fixed, () => void>>;

interface Layer {
  bindings: React.RefObject<Bindings>;
}

/** The last one wins: what opened last hears the key first. */
const layers: Layer[] = [];
const SEQUENCE = 1_000;
/** In a text field, this selects the text. */
const SELECT_ALL = "mod+a";
let leader: { key: string; at: number } | null = null;
let deaf = false;

export function useKeys(bindings: Bindings, enabled = true): void {
  const current = useRef(bindings);
  current.current = bindings;
  useEffect(() => {
    if (!enabled) return;
    const layer: Layer = { bindings: current };
    layers.push(layer);
    if (layers.length === 1) window.addEventListener("keydown", hear);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      if (layers.length === 0) window.removeEventListener("keydown", hear);
    };
  }, [enabled]);
}

/** While somebody presses the keys they want, these do nothing else. */
export function silenceKeys(silent: boolean): void {
  deaf = silent;
  leader = null;
}

function hear(event: KeyboardEvent): void {
  if (deaf || event.isComposing || event.defaultPrevented) return;
  const combo = comboOf(event);
  if (!combo) return;
  const chord = event.metaKey || event.ctrlKey;
  if (event.key !== "Escape" && isWriting(event.target) && (!chord || combo === SELECT_ALL)) return;
  if (document.querySelector('[role="dialog"][aria-modal="true"]') && !chord && event.key !== "Escape")
    return;
  const sequence = leader && event.timeStamp - leader.at < SEQUENCE ? `${leader.key} ${combo}` : null;
  leader = null;
  const run = (sequence && find(sequence)) || find(combo);
  if (run) {
    event.preventDefault();
    run();
  } else if (isFirstChord(combo)) {
    leader = { key: combo, at: event.timeStamp };
  }
}

function find(combo: string): (() => void) | undefined {
  return doing(actionOf(combo)) ?? doing(combo as Fixed);
}

function doing(name: KeyAction | Fixed | undefined): (() => void) | undefined {
  if (!name) return undefined;
  for (const layer of layers.toReversed()) {
    const run = layer.bindings.current[name];
    if (run) return run;
  }
  return undefined;
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Does what a key does, for whoever chose it by name instead. */
export function runAction(action: KeyAction): void {
  doing(action)?.();
}
