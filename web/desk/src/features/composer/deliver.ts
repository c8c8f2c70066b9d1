import { ApiError, api, type Entry, keys } from "@damso/api";
import type { QueryClient } from "@tanstack/react-query";
import { takeAnswer } from "../conversation/entriesCache.ts";
import { dropOutgoing, type Outgoing, outgoing, putOutgoing } from "./outboxStore.ts";

let running = false;

/** Hands over everything that waits, in the order it was written; stops at the first that does not reach the server. */
export async function flush(client: QueryClient): Promise<void> {
  if (running) return;
  running = true;
  try {
    for (;;) {
      const next = outgoing().find((one) => one.state === "waiting");
      if (!next || !(await deliver(client, next))) return;
    }
  } finally {
    running = false;
  }
}

/** Whether the server was reached; what it refused stays, with its reason, until a person decides. */
async function deliver(client: QueryClient, one: Outgoing): Promise<boolean> {
  putOutgoing({ ...one, state: "sending", refused: undefined });
  try {
    const entry =
      one.kind === "message"
        ? await api.conversations.send(one.conversationId, one.body)
        : await api.conversations.note(one.conversationId, one.body);
    takeAnswer(client, one.conversationId, entry);
    dropOutgoing(one.body.send_key);
    void client.invalidateQueries({ queryKey: keys.conversation(one.conversationId) });
    return true;
  } catch (error) {
    if (error instanceof ApiError && isRefusal(error.status)) {
      putOutgoing({ ...one, state: "refused", refused: refusedBy(error) });
      return true;
    }
    putOutgoing({ ...one, state: "waiting" });
    return false;
  }
}

/** Signed out, too slow or too often: that passes. Everything else below 500 is an answer. */
function isRefusal(status: number): boolean {
  return status < 500 && ![401, 408, 429].includes(status);
}

function refusedBy(error: ApiError) {
  const other = error.code === "ANSWERED_MEANWHILE" ? (error.problem.message as Entry) : undefined;
  return { code: error.code, detail: error.message, other };
}
