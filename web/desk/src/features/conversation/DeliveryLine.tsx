import { api, type Conversation, type Entry } from "@damso/api";
import { type TextKey, type Texts, useText } from "@damso/i18n";
import { Notice, toastError } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconCheck, IconChecks, IconClock, IconClockPause } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import { draftOf, writeDraft } from "../composer/drafts.ts";
import { takeAnswer } from "./entriesCache.ts";
import classes from "./thread.module.css";
import { UndoCountdown } from "./UndoCountdown.tsx";

interface Props {
  entry: Entry;
  conversation: Conversation;
}

/** What became of what we sent, where that says something; and what to do when it went wrong or nobody knows. */
export function DeliveryLine({ entry, conversation }: Props) {
  const { t } = useText();
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: (run: () => Promise<Entry>) => run(),
    onSuccess: (answer) => takeAnswer(client, conversation.id, answer),
    onError: (error) => toastError(messageOf(error, t)),
  });
  const writes = useMay("conversations.write");
  const undo = async () => {
    await act.mutateAsync(() => api.messages.undo(entry.id));
    // What was taken back can be mended and sent again, unless something else is being written already.
    if (draftOf(conversation.id).message.trim() === "") {
      writeDraft(conversation.id, { kind: "message", message: entry.text, attachments: entry.attachments });
    }
  };

  if (entry.status === "unknown") {
    return (
      <Notice
        tone="warn"
        actions={
          writes && (
            <>
              <Button
                data-size="small"
                onClick={() => act.mutate(() => api.messages.settle(entry.id, "send_again"))}
              >
                {t("delivery.sendAgain")}
              </Button>
              <Button
                data-size="small"
                onClick={() => act.mutate(() => api.messages.settle(entry.id, "arrived"))}
              >
                {t("delivery.arrived")}
              </Button>
            </>
          )
        }
      >
        {t("delivery.unknown")}
      </Notice>
    );
  }
  if (entry.status === "failed") {
    return (
      <Notice
        tone="danger"
        actions={
          writes && (
            <Button
              data-size="small"
              loading={act.isPending}
              onClick={() => act.mutate(() => api.messages.retry(entry.id))}
            >
              {t("delivery.retry")}
            </Button>
          )
        }
      >
        {reasonText(entry.reason, t)}
      </Notice>
    );
  }
  return (
    <>
      {writes && entry.undo_until && (
        <UndoCountdown at={entry.at} until={entry.undo_until} onUndo={() => void undo()} />
      )}
      {entry.held ? <Held why={entry.held} /> : entry.status && <Mark status={entry.status} />}
    </>
  );
}

/** Ours are codes, and said in words; what a provider said of a failure stands as it said it. */
const REASONS: Record<string, TextKey> = {
  window_closed: "delivery.windowClosed",
  recipient_unreachable: "delivery.unreachable",
  content_rejected: "delivery.contentRejected",
  gave_up: "delivery.gaveUp",
  failed: "delivery.failed",
};

function reasonText(reason: string | null, t: Texts["t"]): string {
  const key = REASONS[reason ?? "failed"];
  return key ? t(key) : t("delivery.failedBecause", { reason });
}

const HELD = { fault: "delivery.heldFault", unsettled: "delivery.heldUnsettled" } as const;

/** It waits, and not for its turn alone. */
function Held({ why }: { why: NonNullable<Entry["held"]> }) {
  const { t } = useText();
  return (
    <span className={classes.status} data-status="held">
      <IconClockPause size={14} stroke={1.8} aria-hidden="true" />
      {t(HELD[why])}
    </span>
  );
}

function Mark({ status }: { status: "queued" | "sent" | "delivered" | "read" }) {
  const { t } = useText();
  // "Sent" is what everybody expects: it says nothing.
  if (status === "sent") return null;
  const Icon = status === "queued" ? IconClock : status === "delivered" ? IconCheck : IconChecks;
  return (
    <span className={classes.status} data-status={status}>
      <Icon size={14} stroke={1.8} aria-hidden="true" />
      {t(`delivery.${status}`)}
    </span>
  );
}
