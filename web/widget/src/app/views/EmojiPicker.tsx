import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Emoji } from "../texts.ts";
import { useChat } from "./context.ts";

const COLUMNS = 8;
const STEP: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };

/** A small set of the system's own emoji. One tab stop; arrows move, Enter picks, Escape leaves. */
export function EmojiPicker({ onPick, onLeave }: { onPick: (emoji: string) => void; onLeave: () => void }) {
  const { words } = useChat();
  const emoji = Object.keys(words.emojiNames) as Emoji[];
  const [at, setAt] = useState(0);
  const current = useRef<HTMLButtonElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: focus follows the cursor
  useLayoutEffect(() => current.current?.focus(), [at]);

  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      return onLeave();
    }
    const target =
      event.key === "Home" ? 0 : event.key === "End" ? emoji.length - 1 : at + (STEP[event.key] ?? 0);
    if (target === at || target < 0 || target >= emoji.length) return;
    event.preventDefault();
    setAt(target);
  };

  return (
    <div class="emoji-picker" role="toolbar" aria-label={words.emojiList} onKeyDown={pressed}>
      {emoji.map((sign, index) => (
        <button
          key={sign}
          type="button"
          ref={index === at ? current : null}
          tabIndex={index === at ? 0 : -1}
          aria-label={words.emojiNames[sign]}
          title={words.emojiNames[sign]}
          onClick={() => onPick(sign)}
        >
          {sign}
        </button>
      ))}
    </div>
  );
}
