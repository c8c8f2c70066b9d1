import {
  api,
  type Conversation,
  type ConversationPatch,
  keys,
  type RecordClass,
  type Row,
  type View,
} from "@damso/api";
import { useText } from "@damso/i18n";
import { toast, toastError } from "@damso/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { useAgents, useTags, useTeams } from "../../app/useLists.ts";
import { useMe } from "../../app/useMe.ts";
import { matches } from "../inbox/matches.ts";
import { dropRow, patchRow, rowsOf } from "../inbox/rowsCache.ts";

type Known = Pick<
  Row,
  "status" | "snoozed_until" | "snoozed_until_reply" | "assignee" | "team" | "priority" | "tags" | "subject"
>;

/**
 * Changes of a case. On screen at once, then confirmed or taken back; each says how to undo it.
 * Whatever leaves the open view makes room for the next one in the list.
 */
export function useConversationActions(conversation: Conversation) {
  const { id } = conversation;
  const client = useQueryClient();
  const navigate = useNavigate();
  const { viewId } = useParams({ strict: false });
  const { t, format } = useText();
  const me = useMe();
  const agents = useAgents();
  const teams = useTeams();
  const tags = useTags();

  const show = (patch: ConversationPatch): Known => {
    const after: Partial<Known> = {};
    if (patch.status) after.status = patch.status;
    if (patch.status && patch.status !== "snoozed")
      Object.assign(after, { snoozed_until: null, snoozed_until_reply: false });
    if (patch.snoozed_until !== undefined) after.snoozed_until = patch.snoozed_until;
    if (patch.snoozed_until_reply !== undefined) after.snoozed_until_reply = patch.snoozed_until_reply;
    if (patch.assignee_id !== undefined)
      after.assignee = agents.find((one) => one.id === patch.assignee_id) ?? null;
    if (patch.team_id !== undefined) after.team = teams.find((one) => one.id === patch.team_id) ?? null;
    if (patch.priority) after.priority = patch.priority;
    if (patch.tag_ids) after.tags = tags.filter((tag) => patch.tag_ids?.includes(tag.id));
    if (patch.subject !== undefined) after.subject = patch.subject;
    return put(after);
  };

  const put = (after: Partial<Known>): Known => {
    const before = client.getQueryData<Conversation>(keys.conversation(id)) ?? conversation;
    client.setQueryData<Conversation>(keys.conversation(id), (known) => known && { ...known, ...after });
    patchRow(client, id, (row) => ({ ...row, ...after }));
    const { status, snoozed_until, snoozed_until_reply, assignee, team, priority, subject } = before;
    return {
      status,
      snoozed_until,
      snoozed_until_reply,
      assignee,
      team,
      priority,
      subject,
      tags: before.tags,
    };
  };

  const change = async (patch: ConversationPatch, said?: string) => {
    const before = show(patch);
    if (said) toast(said, { label: t("action.undo"), run: () => void change(patchBack(patch, before)) });
    try {
      const answer = await api.conversations.patch(id, patch);
      client.setQueryData<Conversation>(keys.conversation(id), answer);
      void client.invalidateQueries({ queryKey: keys.views });
    } catch (error) {
      put(before);
      toastError(messageOf(error, t));
    }
  };

  /** Goes on to the next case when this one does not belong in the open view any more. */
  const advance = (always = false) => {
    if (!viewId) return;
    const rows = rowsOf(client.getQueryData(keys.rowsOf(viewId)));
    const at = rows.findIndex((row) => row.id === id);
    const view = client.getQueryData<View[]>(keys.views)?.find((one) => one.id === viewId);
    const row = rows[at];
    if (!row || !view) return;
    const stays = matches(row, view.filter, me.id) !== false;
    if (stays && !always) return;
    const next = rows[at + 1] ?? rows[at - 1];
    if (!stays) dropRow(client, viewId, id);
    if (next)
      void navigate({
        to: "/inbox/$viewId/$conversationId",
        params: { viewId, conversationId: next.id },
        search: {},
      });
    else void navigate({ to: "/inbox/$viewId", params: { viewId } });
  };

  return {
    resolve: () => {
      void change({ status: "resolved" }, t("done.resolved"));
      advance();
    },
    reopen: () => void change({ status: "open" }, t("done.reopened")),
    snooze: (until: string | null) => {
      const said = until ? t("done.snoozedUntil", { at: format.moment(until) }) : t("done.snoozedReply");
      void change({ status: "snoozed", snoozed_until: until, snoozed_until_reply: until === null }, said);
      advance();
    },
    assign: (agentId: string | null) => {
      if (agentId === (conversation.assignee?.id ?? null)) return;
      const name = agents.find((one) => one.id === agentId)?.name;
      void change({ assignee_id: agentId }, name ? t("done.assigned", { name }) : t("done.unassigned"));
    },
    setTeam: (teamId: string | null) => {
      const name = teams.find((one) => one.id === teamId)?.name;
      void change({ team_id: teamId }, name ? t("done.teamSet", { name }) : t("done.teamCleared"));
    },
    setPriority: (priority: Row["priority"]) => void change({ priority }),
    setRecordClass: (record_class: RecordClass) => void change({ record_class }),
    setTags: (ids: string[]) => void change({ tag_ids: ids }),
    setSubject: (subject: string) => void change({ subject }),
    goOn: () => advance(true),
    /** The server did it together with sending; this only shows it and goes on. */
    sentAnd: (then: "resolve" | "snooze") => {
      put(
        then === "resolve"
          ? { status: "resolved" }
          : { status: "snoozed", snoozed_until: null, snoozed_until_reply: true },
      );
      advance();
    },
  };
}

export type ConversationActions = ReturnType<typeof useConversationActions>;

/** The change that brings back what `patch` changed, and nothing else. */
function patchBack(patch: ConversationPatch, before: Known): ConversationPatch {
  const back: ConversationPatch = {};
  if (patch.status) {
    back.status = before.status;
    back.snoozed_until = before.snoozed_until;
    back.snoozed_until_reply = before.snoozed_until_reply;
  }
  if (patch.assignee_id !== undefined) back.assignee_id = before.assignee?.id ?? null;
  if (patch.team_id !== undefined) back.team_id = before.team?.id ?? null;
  return back;
}
