import type { KeyAction } from "@damso/api";
import { Kbd } from "@damso/ui";
import { useKeyOf } from "./keymap.ts";

/** The agent's key for an action; nothing where they have taken it away. */
export function KeyOf({ action }: { action: KeyAction }) {
  const combo = useKeyOf(action);
  return combo ? <Kbd combo={combo} /> : null;
}
