import {
  type Agent,
  type Availability,
  type Entry,
  keys,
  type Row,
  type ServerFrame,
  type View,
} from "@damso/api";
import type { QueryClient } from "@tanstack/react-query";
import { takeEntry } from "../conversation/entriesCache.ts";
import { takeRow, waiting } from "../inbox/rowsCache.ts";
import { customerStoppedTyping, forgetSignals, takeSignal } from "./signals.ts";

const COUNTS_SETTLE = 400;
/** Lines that tell of messages which came into a case from another, or left it. */
const MOVES = new Set(["joined", "unjoined", "split_off", "split_from", "taken_out", "taken_in", "unsplit"]);

export interface Heard {
  onRow: (row: Row) => void;
  onEntry: (conversationId: string, entry: Entry) => void;
  onMention: (conversationId: string, entryId: string) => void;
  onReminder: (conversationId: string, reminderId: string) => void;
  myId: () => string;
}

/** Brings what the server pushes into the cache that every screen reads. */
export function createApply(client: QueryClient, heard: Heard): (frame: ServerFrame) => void {
  let counts: ReturnType<typeof setTimeout> | undefined;
  let met = false;

  const refreshCounts = () => {
    clearTimeout(counts);
    counts = setTimeout(() => void client.invalidateQueries({ queryKey: keys.views }), COUNTS_SETTLE);
  };

  return (frame) => {
    switch (frame.type) {
      case "ready":
        // What was fetched before the line stood may be older than its cursor.
        if (!met) refreshAll(client);
        met = true;
        break;
      case "reset":
        forgetSignals();
        refreshAll(client);
        break;
      case "conversation":
        takeRow(client, frame.row, client.getQueryData<View[]>(keys.views) ?? [], heard.myId());
        void client.invalidateQueries({ queryKey: keys.conversation(frame.row.id) });
        void client.invalidateQueries({ queryKey: keys.customer(frame.row.customer.id) });
        void client.invalidateQueries({ queryKey: keys.timelines(frame.row.customer.id) });
        void client.invalidateQueries({ queryKey: keys.timelines(frame.row.customer.id) });
        if (frame.views_changed) refreshCounts();
        heard.onRow(frame.row);
        break;
      case "entry":
        takeEntry(client, frame.conversation_id, frame.entry);
        // What was queued behind a message that may have arrived waits now until somebody settles it.
        if (MOVES.has(frame.entry.activity?.code ?? "") || frame.entry.status === "unknown") {
          void client.invalidateQueries({ queryKey: keys.entries(frame.conversation_id) });
        }
        heard.onEntry(frame.conversation_id, frame.entry);
        if (frame.entry.direction === "in") customerStoppedTyping(frame.conversation_id);
        break;
      case "customer":
        void client.invalidateQueries({ queryKey: keys.customer(frame.customer_id) });
        void client.invalidateQueries({ queryKey: keys.timelines(frame.customer_id) });
        break;
      case "agent":
        takeAgent(client, frame.agent_id, frame.availability);
        if (!frame.availability && frame.agent_id === heard.myId())
          void client.invalidateQueries({ queryKey: keys.me });
        break;
      case "inbox":
        void client.invalidateQueries({ queryKey: keys.inboxes });
        void client.invalidateQueries({ queryKey: ["deliveries", frame.inbox_id] });
        // A fault began or ended: queued answers and the ways to answer tell of it.
        void client.invalidateQueries({ queryKey: keys.allEntries });
        void client.invalidateQueries({ queryKey: keys.conversations });
        break;
      case "system":
        void client.invalidateQueries({ queryKey: keys.system });
        break;
      case "settings":
        for (const key of [keys.me, keys.mySettings, keys.signatures])
          void client.invalidateQueries({ queryKey: key });
        break;
      case "signal":
        takeSignal(frame);
        break;
      case "mention":
        refreshCounts();
        heard.onMention(frame.conversation_id, frame.entry_id);
        break;
      case "reminder":
        refreshCounts();
        void client.invalidateQueries({ queryKey: keys.rowsOf("reminders") });
        void client.invalidateQueries({ queryKey: keys.conversation(frame.conversation_id) });
        if (frame.due) heard.onReminder(frame.conversation_id, frame.reminder_id);
        break;
      case "ping":
        break;
    }
  };
}

/** Somebody's availability changed, or (without it) something else about them. */
function takeAgent(client: QueryClient, id: string, availability: Availability | undefined): void {
  if (!availability) {
    void client.invalidateQueries({ queryKey: keys.agents });
    return;
  }
  client.setQueryData<Agent[]>(keys.agents, (agents) =>
    agents?.map((one) => (one.id === id ? { ...one, availability } : one)),
  );
}

function refreshAll(client: QueryClient): void {
  waiting.set({});
  for (const key of [
    keys.me,
    keys.mySettings,
    keys.views,
    keys.rows,
    keys.conversations,
    keys.allEntries,
    keys.inboxes,
    keys.agents,
    keys.system,
  ]) {
    void client.invalidateQueries({ queryKey: key });
  }
}
