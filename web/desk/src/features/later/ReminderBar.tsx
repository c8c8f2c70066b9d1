import { api, type Conversation, keys, type Reminder } from "@damso/api";
import { useText } from "@damso/i18n";
import { toast, toastError } from "@damso/ui";
import { IconBell } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import classes from "./later.module.css";

/** The agent's own reminders of this case, each in one quiet line; louder once its time has come. */
export function ReminderBar({ conversation }: { conversation: Conversation }) {
  return conversation.reminders.map((reminder) => <Line key={reminder.id} reminder={reminder} />);
}

function Line({ reminder }: { reminder: Reminder }) {
  const { t, format } = useText();
  const client = useQueryClient();
  const tick = async (done: boolean) => {
    try {
      await api.reminders.tick(reminder.id, done);
      void client.invalidateQueries({ queryKey: keys.conversation(reminder.conversation_id) });
      void client.invalidateQueries({ queryKey: keys.rows });
      void client.invalidateQueries({ queryKey: keys.views });
      if (done) toast(t("reminder.ticked"), { label: t("action.undo"), run: () => void tick(false) });
    } catch (error) {
      toastError(messageOf(error, t));
    }
  };
  const at = format.moment(reminder.due_at);
  const about = reminder.about ? t(`reminder.${reminder.about}`) : "";
  const when =
    reminder.state === "due"
      ? t("reminder.due")
      : t(reminder.unless_answered ? "reminder.setQuiet" : "reminder.set", { at });
  return (
    <div className={classes.bar} data-due={reminder.state === "due"}>
      <IconBell size={15} stroke={1.6} aria-hidden="true" />
      <span className="grow cut">
        {about || when}
        {reminder.text && <span className="muted"> · {reminder.text}</span>}
      </span>
      <button type="button" className={classes.tick} onClick={() => void tick(true)}>
        {t(reminder.state === "due" ? "reminder.tick" : "reminder.drop")}
      </button>
    </div>
  );
}
