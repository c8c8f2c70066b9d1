import { type Act, api, keys, type NewAct } from "@damso/api";
import type { Texts } from "@damso/i18n";
import { toast, toastError } from "@damso/ui";
import type { QueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import { createStore, useStore } from "../../app/store.ts";

type T = Texts["t"];

/** What is being done or undone right now, for the line of progress. */
const running = createStore<Act | null>(null);
const LOOK_AGAIN = 400;

export function useRunningAct(): Act | null {
  return useStore(running, (value) => value);
}

/** Does something to many cases, tells its result in one line, and offers to undo it. */
export async function runAct(
  client: QueryClient,
  t: T,
  body: Omit<NewAct, "id">,
  said: (count: number) => string,
): Promise<Act | null> {
  try {
    const act = await finish(await api.acts.start({ id: crypto.randomUUID(), ...body }));
    refresh(client);
    tellDone(client, t, act, said);
    return act;
  } catch (error) {
    toastError(messageOf(error, t));
    return null;
  } finally {
    running.set(null);
  }
}

function tellDone(client: QueryClient, t: T, act: Act, said: (count: number) => string): void {
  const parts = [act.done > 0 ? said(act.done) : t("bulk.nothing")];
  if (act.skipped > 0) {
    const closed = act.reasons.CHANGED_MEANWHILE !== act.skipped;
    parts.push(t(closed ? "bulk.refused" : "bulk.skipped", { count: act.skipped }));
  }
  const undo = { label: t("action.undo"), run: () => void undoAct(client, t, act.id) };
  toast(parts.join(" · "), act.done > 0 ? undo : undefined);
}

/** Gives each case back what it had, and says what was left alone. */
export async function undoAct(client: QueryClient, t: T, id: string): Promise<void> {
  try {
    const act = await finish(await api.acts.undo(id));
    refresh(client);
    const parts = [act.undone > 0 ? t("bulk.undone", { count: act.undone }) : t("bulk.nothingUndone")];
    if (act.kept > 0) parts.push(t("bulk.kept", { count: act.kept }));
    if (act.kind === "join") toast(t("done.unjoin"));
    else if (act.kind === "split") toast(t("done.unsplit"));
    else toast(parts.join(" · "));
  } catch (error) {
    toastError(messageOf(error, t));
  } finally {
    running.set(null);
  }
}

/** After its notice is gone, or the page was loaded anew, the last act can still be undone for ten minutes. */
export async function undoLastAct(client: QueryClient, t: T): Promise<void> {
  try {
    const { act } = await api.acts.last();
    if (act?.state === "done" && act.undo_until && Date.parse(act.undo_until) > Date.now())
      await undoAct(client, t, act.id);
  } catch (error) {
    toastError(messageOf(error, t));
  }
}

/** An act that was begun before the page was loaded goes on being shown. */
export async function resumeAct(client: QueryClient): Promise<void> {
  const { act } = await api.acts.last().catch(() => ({ act: null }));
  if (act?.state !== "running" && act?.state !== "undoing") return;
  await finish(act).catch(() => undefined);
  running.set(null);
  refresh(client);
}

async function finish(begun: Act): Promise<Act> {
  let act = begun;
  while (act.state === "running" || act.state === "undoing") {
    running.set(act);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
    act = await api.acts.get(act.id);
  }
  return act;
}

function refresh(client: QueryClient): void {
  for (const key of [keys.rows, keys.views, keys.conversations, keys.allEntries])
    void client.invalidateQueries({ queryKey: key });
}
