import { api } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, toastError } from "@damso/ui";
import { IconBolt, IconSettings } from "@tabler/icons-react";
import { useNavigate, useParams } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { runAction } from "../../app/useKeys.ts";
import { useAgents, useCannedAnswers } from "../../app/useLists.ts";
import { may, useMe } from "../../app/useMe.ts";
import { draftOf, textOf, writeDraft } from "../composer/drafts.ts";
import { holds } from "../search/found.ts";
import { SETTINGS } from "../settings/pages.ts";
import type { Line } from "./line.ts";

const MOST = 5;

/** What the desk has in hand already: canned answers, colleagues, settings. Found as one types, without asking. */
export function useListed(text: string): Line[] {
  const { t } = useText();
  const me = useMe();
  const navigate = useNavigate();
  const { conversationId } = useParams({ strict: false });
  const canned = useCannedAnswers();
  const agents = useAgents();
  const wanted = text.trim();
  if (wanted === "") return [];

  const insert = async (id: string, into: string) => {
    try {
      const { text: rendered } = await api.cannedAnswers.render(id, into);
      const before = textOf(draftOf(into)).trimEnd();
      writeDraft(into, { [draftOf(into).kind]: before ? `${before}\n${rendered}` : rendered });
      runAction(draftOf(into).kind === "note" ? "note" : "reply");
    } catch (error) {
      toastError(messageOf(error, t));
    }
  };
  const answers: Line[] = canned
    .filter((one) => holds(`${one.title} ${one.shortcut} ${one.text}`, wanted))
    .slice(0, MOST)
    .map((one) => ({
      id: `canned-${one.id}`,
      group: t("settings.canned"),
      label: one.title,
      hint: one.text,
      mark: <IconBolt size={16} stroke={1.6} />,
      run: () =>
        conversationId && may(me, "conversations.write")
          ? void insert(one.id, conversationId)
          : void navigate({ to: "/settings/canned-answers" as never }),
    }));
  const people: Line[] = agents
    .filter((one) => holds(`${one.name} ${one.email}`, wanted))
    .slice(0, MOST)
    .map((one) => ({
      id: `agent-${one.id}`,
      group: t("palette.people"),
      label: one.name,
      hint: t("palette.theirCases"),
      mark: <Avatar name={one.name} size={20} />,
      run: () => void navigate({ to: "/search", search: { assignee: one.id } }),
    }));
  const pages: Line[] = SETTINGS.flatMap((group) =>
    group.pages
      .filter(
        ([, name, needed]) => (!needed || may(me, needed)) && holds(`${t(name)} ${t(group.title)}`, wanted),
      )
      .map(([path, name]) => ({
        id: `settings-${path}`,
        group: t("room.settings"),
        label: t(name),
        hint: t(group.title),
        mark: <IconSettings size={16} stroke={1.6} />,
        run: () => void navigate({ to: `/settings/${path}` as never }),
      })),
  ).slice(0, MOST);
  return [...answers, ...people, ...pages];
}
