import { api, type Conversation, keys } from "@damso/api";
import { TimeZone, useText } from "@damso/i18n";
import { type Choice, PickList, toast, toastError } from "@damso/ui";
import { TextInput } from "@mantine/core";
import { IconCalendar, IconHourglass, IconSun, IconSunrise } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useContext, useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { PickTime } from "../conversation/SnoozeMenu.tsx";
import { snoozeTimes } from "../conversation/snoozeTimes.ts";
import classes from "./later.module.css";

const DAY = 86_400_000;

/** Come back to this case: at a time, or if the customer has not answered by then. */
export function ReminderMenu({ conversation, onDone }: { conversation: Conversation; onDone: () => void }) {
  const { t, format } = useText();
  const client = useQueryClient();
  const zone = useContext(TimeZone);
  const [picking, setPicking] = useState(false);
  const [text, setText] = useState("");
  const times = snoozeTimes(new Date(), zone);
  const { nextWeek } = times;
  const refresh = () => client.invalidateQueries({ queryKey: keys.conversation(conversation.id) });

  const remind = async (dueAt: string | null, unlessAnswered = false) => {
    if (!dueAt) return;
    onDone();
    try {
      const body = { due_at: dueAt, text: text.trim(), unless_answered: unlessAnswered };
      const made = await api.conversations.remind(conversation.id, body);
      await refresh();
      const undo = async () => {
        await api.reminders.tick(made.id, true);
        await refresh();
      };
      toast(t("reminder.done", { at: format.moment(dueAt) }), {
        label: t("action.undo"),
        run: () => void undo(),
      });
    } catch (error) {
      toastError(messageOf(error, t));
    }
  };
  const quiet = (days: number): Choice => ({
    id: `quiet-${days}`,
    label: t("reminder.quiet", { count: days }),
    mark: <IconHourglass size={16} stroke={1.6} />,
    run: () => void remind(new Date(Date.now() + days * DAY).toISOString(), true),
  });
  const choices: Choice[] = [
    quiet(1),
    quiet(3),
    quiet(7),
    {
      id: "tomorrow",
      label: t("snooze.tomorrow"),
      hint: format.moment(times.tomorrow),
      mark: <IconSunrise size={16} stroke={1.6} />,
      run: () => void remind(times.tomorrow),
    },
    ...(nextWeek
      ? [
          {
            id: "week",
            label: t("snooze.nextWeek"),
            hint: format.moment(nextWeek),
            mark: <IconSun size={16} stroke={1.6} />,
            run: () => void remind(nextWeek),
          },
        ]
      : []),
    {
      id: "pick",
      label: t("snooze.pick"),
      mark: <IconCalendar size={16} stroke={1.6} />,
      run: () => setPicking(true),
    },
  ];
  return (
    <div className={classes.reminder}>
      {picking ? (
        <PickTime submit={t("reminder.do")} onChoose={(time) => void remind(time)} />
      ) : (
        <PickList
          choices={choices}
          placeholder={t("reminder.title")}
          empty={t("state.noMatch")}
          onEscape={onDone}
        />
      )}
      <TextInput
        aria-label={t("reminder.text")}
        placeholder={t("reminder.text")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </div>
  );
}
