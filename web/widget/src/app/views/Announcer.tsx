import { useEffect, useRef, useState } from "preact/hooks";
import { fromUs, unknown } from "../timeline.ts";
import { useChat } from "./context.ts";

/** Reads new answers aloud, and only those: history that is scrolled into view stays silent. */
export function Announcer() {
  const { state, words } = useChat();
  const { entries, history, brand } = state;
  const known = useRef(entries);
  const [spoken, setSpoken] = useState("");

  useEffect(() => {
    const fresh = unknown(known.current, entries).filter(fromUs);
    const follows = fresh.filter(({ at }) => at >= (known.current.at(-1)?.at ?? ""));
    const loaded = known.current.length > 0 || history === "ready";
    known.current = entries;
    if (!loaded || follows.length === 0) return;
    const lines = follows.map(({ author, text, attachments }) => {
      const file = attachments.length > 0 ? words.sentFile : "";
      return words.say(author?.name ?? brand.name, text || file);
    });
    setSpoken(lines.join("\n"));
  }, [entries, history, brand, words]);

  return (
    <div class="hidden-words" aria-live="polite">
      {spoken}
    </div>
  );
}
