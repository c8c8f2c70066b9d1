import { useEffect, useRef } from "react";

/**
 * Keys by combo: `e`, `shift+d`, `mod+k`, `?`, `escape`, or one after the other: `g i`.
 * Letters go by their place on the keyboard, so they work while Hangul is switched on.
 */
export type Bindings = Record<string, (event: KeyboardEvent) => void>;

interface Layer {
  bindings: React.RefObject<Bindings>;
}

/** The last one wins: what opened last hears the key first. */
const layers: Layer[] = [];
const SEQUENCE = 1_000;
let leader: { key: string; at: number } | null = null;

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

function hear(event: KeyboardEvent): void {
  if (event.isComposing || event.defaultPrevented) return;
  const combo = comboOf(event);
  if (!combo) return;
  const chord = event.metaKey || event.ctrlKey;
  if (!chord && event.key !== "Escape" && isWriting(event.target)) return;
  if (document.querySelector('[role="dialog"][aria-modal="true"]') && !chord && event.key !== "Escape")
    return;
  const sequence = leader && event.timeStamp - leader.at < SEQUENCE ? `${leader.key} ${combo}` : null;
  leader = null;
  const run = (sequence && find(sequence)) || find(combo);
  if (run) {
    event.preventDefault();
    run(event);
  } else if (
    layers.some((layer) => Object.keys(layer.bindings.current).some((name) => name.startsWith(`${combo} `)))
  ) {
    leader = { key: combo, at: event.timeStamp };
  }
}

function find(combo: string): ((event: KeyboardEvent) => void) | undefined {
  for (const layer of layers.toReversed()) {
    const run = layer.bindings.current[combo];
    if (run) return run;
  }
  return undefined;
}

/** The name of what was pressed, or nothing for a bare modifier. */
export function comboOf(
  event: Pick<KeyboardEvent, "key" | "code" | "metaKey" | "ctrlKey" | "shiftKey" | "altKey">,
): string | null {
  if (["Shift", "Control", "Meta", "Alt", "CapsLock"].includes(event.key)) return null;
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  const key = letter ? letter.toLowerCase() : event.key.toLowerCase();
  const parts = [];
  if (event.metaKey || event.ctrlKey) parts.push("mod");
  if (event.altKey) parts.push("alt");
  // A sign such as ? already says that Shift was held.
  if (event.shiftKey && (letter || event.key.length > 1)) parts.push("shift");
  return [...parts, key].join("+");
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Does what a key does, for whoever chose it by name instead. */
export function pressKey(combo: string): void {
  find(combo)?.(new KeyboardEvent("keydown"));
}
