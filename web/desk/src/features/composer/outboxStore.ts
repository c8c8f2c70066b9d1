import type { Attachment, Entry, NoteRequest, SendRequest } from "@damso/api";
import { recall, remember } from "../../app/remembered.ts";
import { createStore, useStore } from "../../app/store.ts";

export interface Refused {
  code: string;
  detail: string;
  /** The colleague's answer that went out meanwhile. */
  other?: Entry;
}

interface Common {
  conversationId: string;
  at: string;
  attachments: Attachment[];
  state: "waiting" | "sending" | "refused";
  refused?: Refused;
}

/** Something written here that the server has not confirmed yet. Its key makes any number of tries one message. */
export type Outgoing =
  | (Common & { kind: "message"; channel: string; address: string; body: SendRequest })
  | (Common & { kind: "note"; body: NoteRequest });

const store = createStore<Outgoing[]>(
  // What was on its way when the page was closed is tried again: the key makes that safe.
  (recall<Outgoing[]>("outbox") ?? []).map((one) =>
    one.state === "sending" ? { ...one, state: "waiting" } : one,
  ),
);
store.subscribe(() => remember("outbox", store.get().length > 0 ? store.get() : null));

export function outgoing(): Outgoing[] {
  return store.get();
}

export function putOutgoing(one: Outgoing): void {
  store.set((all) => {
    const at = all.findIndex((other) => other.body.send_key === one.body.send_key);
    return at < 0 ? [...all, one] : all.toSpliced(at, 1, one);
  });
}

export function dropOutgoing(sendKey: string): void {
  store.set((all) => all.filter((one) => one.body.send_key !== sendKey));
}

export function useOutgoing(conversationId: string): Outgoing[] {
  const all = useStore(store, (value) => value);
  return all.filter((one) => one.conversationId === conversationId);
}

export function useWaitingCount(): number {
  return useStore(store, (all) => all.filter((one) => one.state !== "refused").length);
}

export function useOutboxChange(): Outgoing[] {
  return useStore(store, (value) => value);
}
