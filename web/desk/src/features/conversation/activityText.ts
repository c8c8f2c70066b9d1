import type { Entry } from "@damso/api";
import type { TextKey, Texts } from "@damso/i18n";

/** What each code of the log says; a code that this desk does not know yet stands as it is. */
const TEXTS: Record<string, TextKey> = {
  status_open: "activity.reopened",
  status_pending: "activity.pending",
  status_snoozed: "activity.snoozed",
  status_resolved: "activity.resolved",
  assigned: "activity.assigned",
  unassigned: "activity.unassigned",
  team_changed: "activity.teamChanged",
  priority_changed: "activity.priorityChanged",
  joined: "activity.joined",
  split_off: "activity.splitOff",
  split_from: "activity.splitFrom",
  unjoined: "activity.unjoined",
  taken_out: "activity.takenOut",
  taken_in: "activity.takenIn",
  unsplit: "activity.unsplit",
  thread_blocked: "activity.threadBlocked",
  thread_unblocked: "activity.threadUnblocked",
  thread_left: "activity.threadLeft",
  thread_given: "activity.threadGiven",
  thread_returned: "activity.threadReturned",
  thread_ended: "activity.threadEnded",
  continuation_opened: "activity.continuationOpened",
  continuation_confirmed: "activity.continuationConfirmed",
  return_asked: "activity.returnAsked",
  return_approved: "activity.returnApproved",
  return_refused: "activity.returnRefused",
  return_received: "activity.returnReceived",
  return_refunded: "activity.returnRefunded",
  return_exchanged: "activity.returnExchanged",
  return_withdrawn: "activity.returnWithdrawn",
};

export function activityText(entry: Entry, { t, format }: Texts): string {
  const code = entry.activity?.code ?? "";
  const key = TEXTS[code];
  if (!key) return entry.text || code;
  const { name, to, until, number, inbox } = entry.activity?.params ?? {};
  return t(code === "team_changed" && !name ? "activity.teamCleared" : key, {
    actor: entry.author.name || t("author.system"),
    name,
    number,
    inbox,
    priority: code === "priority_changed" ? t(`priority.${to}` as "priority.high") : "",
    until: typeof until === "string" ? format.moment(until) : t("snooze.reply"),
  });
}
