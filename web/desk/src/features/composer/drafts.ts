import { type Attachment, api, type Conversation, type Route } from "@damso/api";
import { queryClient } from "../../app/queryClient.ts";
import { recall, remember } from "../../app/remembered.ts";
import { createStore, useStore } from "../../app/store.ts";
import { patchRow } from "../inbox/rowsCache.ts";
import type { Mention } from "./rules.ts";

export type Kind = "message" | "note";

/** What is being written in one conversation. An answer and a note are two texts: changing sides loses neither. */
export interface Draft {
  kind: Kind;
  message: string;
  note: string;
  route: Pick<Route, "inbox_id" | "identity_id"> | null;
  subject: string | null;
  cc: string[] | null;
  attachments: Attachment[];
  mentions: Mention[];
  /** When it was last changed here; compared with the server's copy after a reload. */
  at: string;
  saved: boolean;
}

export const EMPTY: Draft = {
  kind: "message",
  message: "",
  note: "",
  route: null,
  subject: null,
  cc: null,
  attachments: [],
  mentions: [],
  at: "",
  saved: true,
};

const QUIET = 900;
const drafts = createStore<Record<string, Draft>>({});
const timers = new Map<string, ReturnType<typeof setTimeout>>();

export function useDraft(conversationId: string): Draft {
  return useStore(drafts, (all) => all[conversationId] ?? EMPTY);
}

export function draftOf(conversationId: string): Draft {
  return drafts.get()[conversationId] ?? EMPTY;
}

export function textOf(draft: Draft): string {
  return draft[draft.kind];
}

/** Opens the draft of a conversation: this browser's copy unless the server holds a newer one. */
export function openDraft(conversation: Conversation): void {
  const { id } = conversation;
  if (drafts.get()[id]) return;
  const local = recall<Draft>(`draft.${id}`);
  const remote = conversation.draft_text;
  const localIsNewer = local && (!local.saved || (remote && local.at >= (remote.updated_at ?? "")));
  if (local && localIsNewer) put(id, local);
  else if (remote) {
    const { kind, text, inbox_id, identity_id } = remote;
    const route = inbox_id && typeof identity_id === "number" ? { inbox_id, identity_id } : null;
    put(id, {
      ...EMPTY,
      kind,
      [kind]: text,
      route,
      attachments: remote.attachments ?? [],
      at: remote.updated_at ?? "",
    });
  } else {
    put(id, EMPTY);
    remember(`draft.${id}`, null);
  }
}

/** Changes a draft: on this machine at once, on the server when the agent pauses. */
export function writeDraft(conversationId: string, change: Partial<Draft>): void {
  const next = { ...draftOf(conversationId), ...change, at: new Date().toISOString(), saved: false };
  put(conversationId, next);
  remember(`draft.${conversationId}`, next);
  later(conversationId);
}

/** The text is on its way; nothing is left to write. Says which side stays open. */
export function clearDraft(conversationId: string): void {
  const before = draftOf(conversationId);
  const rest = { ...EMPTY, kind: before.kind, route: before.route };
  // What was written on the other side stays.
  if (before.kind === "message") rest.note = before.note;
  else Object.assign(rest, { message: before.message, subject: before.subject, cc: before.cc });
  writeDraft(conversationId, rest);
}

function put(id: string, draft: Draft): void {
  drafts.set((all) => ({ ...all, [id]: draft }));
}

function later(id: string): void {
  clearTimeout(timers.get(id));
  timers.set(
    id,
    setTimeout(() => void save(id), QUIET),
  );
}

async function save(id: string): Promise<void> {
  const draft = draftOf(id);
  const text = textOf(draft);
  const written = text.trim() !== "" || draft.attachments.length > 0;
  try {
    if (written) {
      await api.conversations.saveDraft(id, {
        kind: draft.kind,
        text,
        inbox_id: draft.route?.inbox_id ?? null,
        identity_id: draft.route?.identity_id ?? null,
        attachment_ids: draft.attachments.map((file) => file.id),
      });
    } else {
      await api.conversations.dropDraft(id);
    }
  } catch {
    // It stays in this browser, marked as unsaved, and goes up with the next change.
    return;
  }
  patchRow(queryClient, id, (row) => ({ ...row, draft: written }));
  const now = draftOf(id);
  if (now.at !== draft.at) return;
  put(id, { ...now, saved: true });
  remember(`draft.${id}`, written || now.message || now.note ? { ...now, saved: true } : null);
}
