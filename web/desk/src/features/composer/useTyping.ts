import { useEffect, useRef } from "react";
import { useLive } from "../live/LiveProvider.tsx";

const RENEW = 3_000;
const PAUSE = 5_000;

/** Tells colleagues, and the customer where the channel can show it, that somebody is writing. */
export function useTyping(conversationId: string, identityId: number | null) {
  const { live } = useLive();
  const last = useRef(0);
  const end = useRef<ReturnType<typeof setTimeout>>(undefined);

  const stop = () => {
    clearTimeout(end.current);
    if (last.current === 0) return;
    last.current = 0;
    live.typing(conversationId, identityId, false);
  };
  const stopRef = useRef(stop);
  stopRef.current = stop;

  // biome-ignore lint/correctness/useExhaustiveDependencies: leaving a conversation ends its sign
  useEffect(() => () => stopRef.current(), [conversationId]);

  return {
    typed: () => {
      if (Date.now() - last.current > RENEW) {
        last.current = Date.now();
        live.typing(conversationId, identityId, true);
      }
      clearTimeout(end.current);
      end.current = setTimeout(() => stopRef.current(), PAUSE);
    },
    stop,
  };
}
