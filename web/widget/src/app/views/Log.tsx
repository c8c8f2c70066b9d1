import type { ComponentChildren } from "preact";
import { Fragment } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { dayName } from "../dates.ts";
import { continues, startsDay } from "../timeline.ts";
import { useChat } from "./context.ts";
import { Greeting } from "./Greeting.tsx";
import { Icon } from "./Icon.tsx";
import { Message } from "./Message.tsx";
import { Older } from "./Older.tsx";
import { OutgoingMessage } from "./OutgoingMessage.tsx";
import { Typing } from "./Typing.tsx";

/** Closer to the end than this counts as being there. */
const END_PIXELS = 48;

/** The conversation. Stays at its end while the reader is there, and where it is while they read further up. */
export function Log({ children }: { children: ComponentChildren }) {
  const { chat, state, words } = useChat();
  const { entries, outgoing, typing, older, open } = state;
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const before = useRef({ first: "", height: 0 });
  const [below, setBelow] = useState(false);
  const first = entries[0]?.id ?? "";

  const toEnd = useCallback(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, []);

  useLayoutEffect(() => {
    const log = box.current!;
    const grewAbove = before.current.first !== "" && before.current.first !== first && !atEnd.current;
    if (grewAbove) log.scrollTop += log.scrollHeight - before.current.height;
    else toEnd();
    before.current = { first, height: log.scrollHeight };
  });

  // What one says oneself is always shown.
  // biome-ignore lint/correctness/useExhaustiveDependencies: saying and opening are what brings the end back
  useLayoutEffect(() => {
    atEnd.current = true;
    toEnd();
  }, [outgoing.length, open]);

  useEffect(() => {
    const observer = new ResizeObserver(toEnd);
    observer.observe(box.current!);
    observer.observe(content.current!);
    return () => observer.disconnect();
  }, [toEnd]);

  const scrolled = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    const reached = scrollHeight - scrollTop - clientHeight < END_PIXELS;
    if (reached === atEnd.current) return;
    atEnd.current = reached;
    setBelow(!reached);
    chat.reached(reached);
  };

  const backToEnd = () => {
    atEnd.current = true;
    setBelow(false);
    toEnd();
    chat.reached(true);
  };

  const lastMine = entries.findLast(({ from }) => from === "me");
  const tellsStatus = outgoing.length === 0 ? lastMine?.id : undefined;
  return (
    <div class="log-frame">
      <div
        class="log"
        role="log"
        aria-live="off"
        aria-label={words.log}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        ref={box}
        onScroll={scrolled}
      >
        <div ref={content}>
          {older !== null ? <Older root={box} /> : <Greeting />}
          {entries.map((entry, index) => (
            <Fragment key={entry.id}>
              {startsDay(entries[index - 1], entry) && <p class="day">{dayName(entry.at, state.locale)}</p>}
              <Message
                entry={entry}
                first={!continues(entries[index - 1], entry)}
                last={!entries[index + 1] || !continues(entry, entries[index + 1]!)}
                telling={entry.id === tellsStatus}
                onDrawn={toEnd}
              />
            </Fragment>
          ))}
          {outgoing.map((message) => (
            <OutgoingMessage key={message.client_id} message={message} />
          ))}
          {children}
          {typing && <Typing who={typing} />}
        </div>
      </div>
      {below && (
        <button type="button" class={state.unread > 0 ? "to-end has-new" : "to-end"} onClick={backToEnd}>
          <Icon name="down" size={18} />
          <span class={state.unread > 0 ? "" : "hidden-words"}>{words.newMessages}</span>
        </button>
      )}
    </div>
  );
}
