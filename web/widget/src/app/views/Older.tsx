import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useChat } from "./context.ts";

/** Loads earlier messages as the reader comes near the top; a button for keyboards and for when that failed. */
export function Older({ root }: { root: RefObject<HTMLElement | null> }) {
  const { chat, state, words } = useChat();
  const { olderState, older } = state;
  const mark = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (olderState !== "idle" || older === null) return;
    const observer = new IntersectionObserver(
      (seen) => seen.some(({ isIntersecting }) => isIntersecting) && void chat.loadOlder(),
      { root: root.current, rootMargin: "120px 0px 0px" },
    );
    observer.observe(mark.current!);
    return () => observer.disconnect();
  }, [chat, root, olderState, older]);

  return (
    <div class="older" ref={mark}>
      {olderState === "loading" ? (
        <p class="system">{words.loadingOlder}</p>
      ) : (
        <p class="system">
          {olderState === "failed" && `${words.olderFailed} `}
          <button type="button" class="text-button" onClick={() => void chat.loadOlder()}>
            {olderState === "failed" ? words.tryAgain : words.loadOlder}
          </button>
        </p>
      )}
    </div>
  );
}
