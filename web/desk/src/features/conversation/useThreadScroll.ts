import { useEffect, useLayoutEffect, useRef, useState } from "react";

interface Given {
  first: string | undefined;
  last: string | undefined;
  target: string | undefined;
  /** Loads what came before; absent when nothing did. */
  more: (() => void) | undefined;
}

const NEAR_END = 80;
const NEAR_START = 400;
const FAR = 300;

/**
 * Keeps the reader's place: at the end new entries come into sight; further up nothing moves, whether entries
 * come in above or below. A link's target is looked for backwards until it is there.
 */
export function useThreadScroll({ first, last, target, more }: Given) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const before = useRef<{ first: string | undefined; height: number }>({ first, height: 0 });
  const found = useRef(false);
  const [below, setBelow] = useState(false);
  const [unread, setUnread] = useState(false);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const grownAbove = before.current.first !== undefined && before.current.first !== first;
    if (grownAbove && !atEnd.current) element.scrollTop += element.scrollHeight - before.current.height;
    before.current = { first, height: element.scrollHeight };
  });

  useEffect(() => {
    if (!target || found.current || !last) return;
    const element = document.getElementById(`entry-${target}`);
    if (element) {
      found.current = true;
      atEnd.current = false;
      element.scrollIntoView({ block: "center" });
    } else more?.();
  }, [target, last, more]);

  useEffect(() => {
    const element = box.current;
    if (!element || !last || (target && !found.current)) return;
    if (atEnd.current) element.scrollTop = element.scrollHeight;
    else setUnread(true);
  }, [last, target]);

  // Pictures and mails take their height when they are loaded, and the composer grows while one writes.
  useEffect(() => {
    const element = box.current;
    if (!element || !last) return;
    const stay = new ResizeObserver(() => {
      before.current.height = element.scrollHeight;
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    stay.observe(element);
    for (const child of element.children) stay.observe(child);
    return () => stay.disconnect();
  }, [last]);

  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const rest = element.scrollHeight - element.scrollTop - element.clientHeight;
    atEnd.current = rest < NEAR_END;
    setBelow(rest > FAR);
    if (atEnd.current) setUnread(false);
    if (element.scrollTop < NEAR_START) more?.();
  };

  const toEnd = () => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
  };

  return { box, below, unread, onScroll, toEnd };
}
