import { keys, Live, type LiveState, type Me, openLive } from "@damso/api";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { createApply, type Heard } from "./apply.ts";

interface Line {
  live: Live;
  state: LiveState;
}

const Context = createContext<Line | null>(null);

interface Props {
  onRow: Heard["onRow"];
  onEntry: Heard["onEntry"];
  onMention: Heard["onMention"];
  onReminder: Heard["onReminder"];
  children: ReactNode;
}

/** Holds the one line to the server while somebody is signed in. */
export function LiveProvider({ onRow, onEntry, onMention, onReminder, children }: Props) {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>("connecting");
  const heard = useRef({ onRow, onEntry, onMention, onReminder });
  heard.current = { onRow, onEntry, onMention, onReminder };

  const live = useMemo(() => {
    const apply = createApply(client, {
      onRow: (row) => heard.current.onRow(row),
      onEntry: (conversationId, entry) => heard.current.onEntry(conversationId, entry),
      onMention: (conversationId, entryId) => heard.current.onMention(conversationId, entryId),
      onReminder: (conversationId, reminderId) => heard.current.onReminder(conversationId, reminderId),
      myId: () => client.getQueryData<Me>(keys.me)?.id ?? "",
    });
    return new Live({ open: openLive, onFrame: apply, onState: setState });
  }, [client]);

  useEffect(() => {
    const wake = () => live.wake();
    live.start();
    window.addEventListener("online", wake);
    window.addEventListener("focus", wake);
    return () => {
      live.stop();
      window.removeEventListener("online", wake);
      window.removeEventListener("focus", wake);
    };
  }, [live]);

  const line = useMemo(() => ({ live, state }), [live, state]);
  return <Context value={line}>{children}</Context>;
}

export function useLive(): Line {
  const line = useContext(Context);
  if (!line) throw new Error("useLive outside LiveProvider");
  return line;
}
