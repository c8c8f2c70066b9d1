import type { Conversation } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconAlarm, IconCircleCheck, IconHourglass } from "@tabler/icons-react";
import { useMay } from "../../app/useMe.ts";
import classes from "./header.module.css";

/** One quiet line where the case is not simply open. */
export function StateBar({ conversation, onReopen }: { conversation: Conversation; onReopen: () => void }) {
  const { t, format } = useText();
  const writes = useMay("conversations.write");
  const { status, snoozed_until: until } = conversation;
  if (status === "open") return null;
  const Mark = status === "snoozed" ? IconAlarm : status === "pending" ? IconHourglass : IconCircleCheck;
  const text =
    status === "snoozed"
      ? until
        ? t("state.snoozedUntil", { at: format.moment(until) })
        : t("state.snoozedReply")
      : t(status === "pending" ? "state.pending" : "state.resolved");
  return (
    <div className={classes.state} data-status={status}>
      <Mark size={15} stroke={1.6} aria-hidden="true" />
      <span>{text}</span>
      {status !== "pending" && writes && (
        <button type="button" className={classes.stateAction} onClick={onReopen}>
          {t("action.reopen")}
        </button>
      )}
    </div>
  );
}
