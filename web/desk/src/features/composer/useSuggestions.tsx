import { ApiError, api } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, toastError } from "@damso/ui";
import { type RefObject, useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useAgents, useCannedAnswers } from "../../app/useLists.ts";
import { type Draft, draftOf, textOf, writeDraft } from "./drafts.ts";
import { type Trigger, triggerAt } from "./rules.ts";

export interface Suggestion {
  id: string;
  label: string;
  hint: string;
  mark?: React.ReactNode;
  take: () => void;
}

const MOST = 8;

/** What `/` and `@` offer at the caret, and what choosing does to the text. */
export function useSuggestions(
  conversationId: string,
  draft: Draft,
  area: RefObject<HTMLTextAreaElement | null>,
) {
  const { t, locale } = useText();
  const agents = useAgents();
  const canned = useCannedAnswers();
  const [trigger, setTrigger] = useState<Trigger | null>(null);
  const [at, setAt] = useState(0);

  const look = () => {
    const box = area.current;
    const found =
      box && box.selectionStart === box.selectionEnd ? triggerAt(box.value, box.selectionStart) : null;
    setTrigger((before) => (before?.from === found?.from && before?.query === found?.query ? before : found));
    setAt(0);
  };
  const close = () => setTrigger(null);

  /** Puts text where the trigger stands and the caret behind it. */
  const put = (text: string, change: Partial<Draft> = {}) => {
    if (!trigger) return;
    const now = draftOf(conversationId);
    const before = textOf(now);
    const after =
      before.slice(0, trigger.from) + text + before.slice(trigger.from + 1 + trigger.query.length);
    writeDraft(conversationId, { ...change, [now.kind]: after });
    close();
    const caret = trigger.from + text.length;
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(caret, caret);
    });
  };

  const takeCanned = async (id: string) => {
    try {
      const { text } = await api.cannedAnswers.render(id, conversationId);
      put(text);
    } catch (error) {
      const plain = canned.find((one) => one.id === id);
      if (plain && !(error instanceof ApiError)) put(plain.text);
      else toastError(messageOf(error, t));
    }
  };

  const wanted = trigger?.query.toLowerCase() ?? "";
  const has = (...texts: string[]) => texts.some((text) => text.toLowerCase().includes(wanted));
  let found: Suggestion[] = [];
  if (trigger?.sign === "/") {
    found = canned
      .filter((one) => (one.locale === null || one.locale === locale) && has(one.title, one.shortcut))
      .map((one) => ({
        id: one.id,
        label: one.title,
        hint: one.shortcut && `/${one.shortcut.replace(/^\//, "")}`,
        take: () => void takeCanned(one.id),
      }));
  } else if (trigger?.sign === "@" && draft.kind === "note") {
    found = agents
      .filter((agent) => has(agent.name, agent.email))
      .map((agent) => ({
        id: agent.id,
        label: agent.name,
        hint: t(`availability.${agent.availability}`),
        mark: <Avatar name={agent.name} size={20} />,
        take: () =>
          put(`@${agent.name} `, {
            mentions: [...draftOf(conversationId).mentions, { id: agent.id, name: agent.name }],
          }),
      }));
  }
  const shown = found.slice(0, MOST);
  return { shown, at: Math.min(at, shown.length - 1), setAt, look, close, sign: trigger?.sign };
}
