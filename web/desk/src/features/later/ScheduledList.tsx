import { api, type Conversation, keys, type ScheduledAnswer } from "@damso/api";
import { useText } from "@damso/i18n";
import { toast, toastError } from "@damso/ui";
import { Button, Textarea } from "@mantine/core";
import { IconAlertTriangle, IconCalendarTime, IconHandStop } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import classes from "./later.module.css";

/** Answers of this case that are still to be sent, or that somebody has to decide about. */
export function ScheduledList({ conversation }: { conversation: Conversation }) {
  if (conversation.scheduled.length === 0) return null;
  return (
    <ul className={classes.scheduled}>
      {conversation.scheduled.map((answer) => (
        <li key={answer.id}>
          <Scheduled answer={answer} />
        </li>
      ))}
    </ul>
  );
}

const MARKS = { held: IconHandStop, refused: IconAlertTriangle };

function Scheduled({ answer }: { answer: ScheduledAnswer }) {
  const { t, format } = useText();
  const client = useQueryClient();
  const [editing, setEditing] = useState<string | null>(null);
  const Mark = answer.state === "held" || answer.state === "refused" ? MARKS[answer.state] : IconCalendarTime;
  const act = async (run: () => Promise<unknown>) => {
    try {
      await run();
      await client.invalidateQueries({ queryKey: keys.conversation(answer.conversation_id) });
      void client.invalidateQueries({ queryKey: keys.entries(answer.conversation_id) });
      void client.invalidateQueries({ queryKey: keys.rowsOf("reminders") });
    } catch (error) {
      toastError(messageOf(error, t));
    }
  };
  const cancel = () =>
    act(async () => {
      await api.scheduled.cancel(answer.id);
      if (Date.parse(answer.due_at) <= Date.now()) return toast(t("later.cancelled"));
      const undo = { label: t("action.undo"), run: () => void act(() => api.scheduled.restore(answer.id)) };
      toast(t("later.cancelled"), undo);
    });
  const title = {
    waiting: t("later.waiting", { at: format.moment(answer.due_at), name: answer.agent_name }),
    held: t("later.held"),
    refused: t("later.refused", { reason: refusalText(answer.reason, t) }),
    sent: "",
    cancelled: "",
  }[answer.state];

  return (
    <section className={classes.card} data-state={answer.state} aria-label={title}>
      <div className={classes.title}>
        <Mark size={15} stroke={1.8} aria-hidden="true" />
        <span>{title}</span>
      </div>
      {editing === null ? (
        <p className={classes.text}>{answer.text}</p>
      ) : (
        <Textarea
          autoFocus
          autosize
          minRows={2}
          maxRows={8}
          aria-label={t("action.edit")}
          value={editing}
          onChange={(event) => setEditing(event.currentTarget.value)}
        />
      )}
      <div className={classes.acts}>
        {editing !== null ? (
          <>
            <Button data-size="small" variant="subtle" onClick={() => setEditing(null)}>
              {t("action.cancel")}
            </Button>
            <Button
              data-size="small"
              variant="filled"
              disabled={!editing.trim()}
              onClick={() => {
                setEditing(null);
                void act(() => api.scheduled.patch(answer.id, { text: editing }));
              }}
            >
              {t("action.save")}
            </Button>
          </>
        ) : (
          <>
            <Button data-size="small" variant="subtle" onClick={() => void cancel()}>
              {t("later.cancel")}
            </Button>
            {answer.state === "waiting" && (
              <Button data-size="small" variant="subtle" onClick={() => setEditing(answer.text)}>
                {t("action.edit")}
              </Button>
            )}
            <Button data-size="small" onClick={() => void act(() => api.scheduled.send(answer.id))}>
              {answer.state === "held" ? t("later.sendAnyway") : t("later.sendNow")}
            </Button>
          </>
        )}
      </div>
    </section>
  );
}

const KNOWN = ["WINDOW_CLOSED", "NOT_REACHABLE", "INBOX_OFF", "FORBIDDEN", "NOT_FOUND"] as const;

function refusalText(reason: string, t: ReturnType<typeof useText>["t"]): string {
  const known = KNOWN.find((one) => one === reason);
  return known ? t(`later.reason.${known}`) : t("later.reason.other");
}
