import { useEffect, useState } from "react";
import { comboOf } from "../../app/combo.ts";
import { silenceKeys } from "../../app/useKeys.ts";

/** How long a plain key waits for a second one that makes a sequence with it. */
const SECOND = 900;

/** Listens to the keys somebody presses for an action; Escape gives up. What was pressed so far is answered. */
export function useRecorder(active: boolean, onCombo: (combo: string) => void, onCancel: () => void): string {
  const [pressed, setPressed] = useState("");
  useEffect(() => {
    if (!active) return;
    let first = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    silenceKeys(true);
    const finish = (combo: string) => {
      setPressed("");
      onCombo(combo);
    };
    const hear = (event: KeyboardEvent) => {
      const combo = comboOf(event);
      if (!combo) return;
      event.preventDefault();
      event.stopPropagation();
      clearTimeout(timer);
      if (combo === "escape") return onCancel();
      if (first) return finish(`${first} ${combo}`);
      if (combo.length > 1) return finish(combo);
      first = combo;
      setPressed(combo);
      timer = setTimeout(() => finish(combo), SECOND);
    };
    window.addEventListener("keydown", hear, true);
    return () => {
      clearTimeout(timer);
      setPressed("");
      silenceKeys(false);
      window.removeEventListener("keydown", hear, true);
    };
  }, [active, onCombo, onCancel]);
  return pressed;
}
