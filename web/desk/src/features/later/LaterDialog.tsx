import { api, type Conversation, keys, type Route } from "@damso/api";
import { TimeZone, useText } from "@damso/i18n";
import { type Choice, PickList, toast, toastError } from "@damso/ui";
import { Modal } from "@mantine/core";
import { IconCalendar, IconSun, IconSunrise, IconWorld } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useContext, useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { clearDraft, draftOf, textOf, writeDraft } from "../composer/drafts.ts";
import { PickTime } from "../conversation/SnoozeMenu.tsx";
import { snoozeTimes } from "../conversation/snoozeTimes.ts";
import { awakeAt } from "./awakeAt.ts";

interface Props {
  conversation: Conversation;
  route: Route;
  onClose: () => void;
}

/** When the answer that is written shall be sent. */
export function LaterDialog({ conversation, route, onClose }: Props) {
  const { t, format } = useText();
  const client = useQueryClient();
  const zone = useContext(TimeZone);
  const [picking, setPicking] = useState(false);
  const { id } = conversation;
  const times = snoozeTimes(new Date(), zone);
  const { nextWeek } = times;
  const awake = conversation.timezone ? awakeAt(new Date(), conversation.timezone) : null;
  const refresh = () => client.invalidateQueries({ queryKey: keys.conversation(id) });

  const choose = async (dueAt: string | null) => {
    if (!dueAt) return;
    onClose();
    const draft = draftOf(id);
    try {
      const answer = await api.conversations.schedule(id, {
        send_key: crypto.randomUUID(),
        inbox_id: route.inbox_id,
        identity_id: route.identity_id,
        text: textOf(draft).trim(),
        due_at: dueAt,
        subject: route.policy.subject ? (draft.subject ?? undefined) : undefined,
        cc: route.policy.copies ? (draft.cc ?? undefined) : undefined,
        attachment_ids: draft.attachments.map((file) => file.id),
      });
      clearDraft(id);
      await refresh();
      const undo = async () => {
        await api.scheduled.cancel(answer.id);
        writeDraft(id, { kind: "message", message: draft.message, attachments: draft.attachments });
        await refresh();
      };
      toast(t("later.done", { at: format.moment(dueAt) }), {
        label: t("action.undo"),
        run: () => void undo().catch((error) => toastError(messageOf(error, t))),
      });
    } catch (error) {
      toastError(messageOf(error, t));
    }
  };
  const at = (choice: string, label: string, time: string, mark: Choice["mark"]): Choice => ({
    id: choice,
    label,
    hint: format.moment(time),
    mark,
    run: () => void choose(time),
  });
  const choices: Choice[] = [
    at("tomorrow", t("later.tomorrow"), times.tomorrow, <IconSunrise size={16} stroke={1.6} />),
    ...(nextWeek
      ? [at("monday", t("later.monday"), nextWeek, <IconSun key="monday" size={16} stroke={1.6} />)]
      : []),
    ...(awake
      ? [at("awake", t("later.awake"), awake, <IconWorld key="awake" size={16} stroke={1.6} />)]
      : []),
    {
      id: "pick",
      label: t("snooze.pick"),
      mark: <IconCalendar size={16} stroke={1.6} />,
      run: () => setPicking(true),
    },
  ];
  return (
    <Modal
      opened
      onClose={onClose}
      size={420}
      title={t("later.title")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {picking ? (
        <PickTime submit={t("later.do")} onChoose={(time) => void choose(time)} />
      ) : (
        <PickList
          choices={choices}
          placeholder={t("later.when")}
          empty={t("state.noMatch")}
          onEscape={onClose}
        />
      )}
    </Modal>
  );
}
