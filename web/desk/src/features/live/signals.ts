import { createStore, useStore } from "../../app/store.ts";

export interface Viewer {
  agent_id: string;
  name: string;
  typing: boolean;
}

interface Room {
  viewers: Viewer[];
  customerTyping: boolean;
}

const NOBODY: Room = { viewers: [], customerTyping: false };
/** A sign that was not renewed for so long is over, though its end was lost on the way. */
const TYPING_LASTS = 8_000;

const rooms = createStore<Record<string, Room>>({});
const ends = new Map<string, ReturnType<typeof setTimeout>>();

interface Signal {
  conversation_id: string;
  kind: "viewing" | "typing" | "left" | "customer_typing";
  agent_id: string | null;
  name: string | null;
  on: boolean;
}

/** Takes one sign of life; signs are never stored and may be lost. */
export function takeSignal(signal: Signal): void {
  if (signal.kind === "customer_typing") {
    change(signal.conversation_id, (room) => ({ ...room, customerTyping: signal.on }));
    endLater(`${signal.conversation_id}:customer`, signal.on, () =>
      change(signal.conversation_id, (room) => ({ ...room, customerTyping: false })),
    );
    return;
  }
  const id = signal.agent_id;
  if (!id) return;
  if (signal.kind === "left" || (signal.kind === "viewing" && !signal.on)) {
    change(signal.conversation_id, (room) => ({
      ...room,
      viewers: room.viewers.filter((one) => one.agent_id !== id),
    }));
    return;
  }
  const typing = signal.kind === "typing" && signal.on;
  const viewer: Viewer = { agent_id: id, name: signal.name ?? "", typing };
  change(signal.conversation_id, (room) => ({ ...room, viewers: put(room.viewers, viewer) }));
  endLater(`${signal.conversation_id}:${id}`, typing, () =>
    change(signal.conversation_id, (room) => ({
      ...room,
      viewers: put(room.viewers, { ...viewer, typing: false }),
    })),
  );
}

export function customerStoppedTyping(conversationId: string): void {
  if (rooms.get()[conversationId]?.customerTyping) {
    change(conversationId, (room) => ({ ...room, customerTyping: false }));
  }
}

/** After a break nobody knows who is still there. */
export function forgetSignals(): void {
  rooms.set({});
}

export function useRoom(conversationId: string): Room {
  return useStore(rooms, (all) => all[conversationId] ?? NOBODY);
}

function change(id: string, how: (room: Room) => Room): void {
  rooms.set((all) => ({ ...all, [id]: how(all[id] ?? NOBODY) }));
}

function put(viewers: Viewer[], viewer: Viewer): Viewer[] {
  const rest = viewers.filter((one) => one.agent_id !== viewer.agent_id);
  return [...rest, viewer].toSorted((a, b) => a.agent_id.localeCompare(b.agent_id));
}

function endLater(name: string, on: boolean, end: () => void): void {
  clearTimeout(ends.get(name));
  ends.delete(name);
  if (on) ends.set(name, setTimeout(end, TYPING_LASTS));
}
