import { type Conversation, type Entry, keys, type Route } from "@damso/api";
import { useQueryClient } from "@tanstack/react-query";
import { type Entries, entriesOf } from "../conversation/entriesCache.ts";
import { clearDraft, draftOf, textOf } from "./drafts.ts";
import { putOutgoing } from "./outboxStore.ts";
import { mentioned } from "./rules.ts";

type Then = "resolve" | "snooze" | null;

/** Lays what is written into the outbox, which hands it over; the thread shows it at once. */
export function useSend(
  conversation: Conversation,
  route: Route | undefined,
  onSent: (then: Then | "note") => void,
) {
  const client = useQueryClient();
  return (then: Then) => {
    const { id } = conversation;
    const draft = draftOf(id);
    const text = textOf(draft).trim();
    const common = {
      conversationId: id,
      at: new Date().toISOString(),
      attachments: draft.attachments,
      state: "waiting" as const,
    };
    const files = draft.attachments.map((file) => file.id);
    const sendKey = crypto.randomUUID();
    if (draft.kind === "note") {
      const mentions = mentioned(text, draft.mentions);
      putOutgoing({
        ...common,
        kind: "note",
        body: { send_key: sendKey, text, mentions, attachment_ids: files },
      });
    } else {
      if (!route) return;
      const seen = lastMessage(entriesOf(client.getQueryData<Entries>(keys.entries(id))));
      putOutgoing({
        ...common,
        kind: "message",
        channel: route.channel,
        address: route.address,
        body: {
          send_key: sendKey,
          inbox_id: route.inbox_id,
          identity_id: route.identity_id,
          text,
          subject: route.policy.subject ? (draft.subject ?? undefined) : undefined,
          cc: route.policy.copies ? (draft.cc ?? undefined) : undefined,
          attachment_ids: files,
          seen_message_id: seen ?? conversation.last_message_id,
          send_anyway: false,
          accept_warnings: false,
          then,
        },
      });
    }
    clearDraft(id);
    onSent(draft.kind === "note" ? "note" : then);
  };
}

function lastMessage(entries: Entry[]): string | null {
  return entries.findLast((entry) => entry.kind === "message")?.id ?? null;
}
