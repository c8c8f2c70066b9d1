import { useText } from "@damso/i18n";
import { ChannelMark, Notice } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { useMe } from "../../app/useMe.ts";
import { draftOf, writeDraft } from "../composer/drafts.ts";
import { dropOutgoing, type Outgoing, putOutgoing } from "../composer/outboxStore.ts";
import { AttachmentList } from "./AttachmentList.tsx";
import { TextBody } from "./TextBody.tsx";
import classes from "./thread.module.css";

/** What was written here and has not been confirmed: waits for the line, or was refused and waits for a decision. */
export function OutgoingEntry({ one }: { one: Outgoing }) {
  const { t } = useText();
  const me = useMe();
  const note = one.kind === "note";
  return (
    <div className={note ? classes.note : classes.message} data-out="true" data-pending="true">
      {!note && <span className={classes.face} />}
      <div className={note ? undefined : classes.said}>
        <div className={classes.by}>
          <span className="bold">{me.name}</span>
          {one.kind === "message" && <ChannelMark channel={one.channel} />}
          {one.state !== "refused" && (
            <span className={classes.status}>
              <IconClock size={14} stroke={1.8} aria-hidden="true" />
              {t(one.state === "sending" ? "delivery.sending" : "delivery.waiting")}
            </span>
          )}
        </div>
        <div className={note ? undefined : classes.bubble}>
          <TextBody text={one.body.text} fresh={null} />
          <AttachmentList attachments={one.attachments} />
        </div>
        {one.state === "refused" && <RefusedNotice one={one} />}
      </div>
    </div>
  );
}

/** The server's reason, a colleague's answer if that is the reason, and the ways on. */
function RefusedNotice({ one }: { one: Outgoing }) {
  const { t } = useText();
  const { refused } = one;
  const again = (body: Partial<Extract<Outgoing, { kind: "message" }>["body"]>) => {
    const next = { ...one, state: "waiting", body: { ...one.body, ...body } } as Outgoing;
    putOutgoing(next);
  };
  const back = () => {
    const now = draftOf(one.conversationId);
    const text = [one.body.text, now[one.kind]].filter((part) => part.trim()).join("\n\n");
    writeDraft(one.conversationId, {
      kind: one.kind,
      [one.kind]: text,
      attachments: [...one.attachments, ...now.attachments],
    });
    dropOutgoing(one.body.send_key);
  };
  const confirm =
    refused?.code === "ANSWERED_MEANWHILE"
      ? {
          label: t("refused.sendAnyway"),
          run: () => again({ send_anyway: true, seen_message_id: refused.other?.id ?? null }),
        }
      : refused?.code === "REPLY_TO_DIFFERS" || refused?.code === "SENSITIVE_NUMBER"
        ? { label: t("refused.accept"), run: () => again({ accept_warnings: true }) }
        : { label: t("action.retry"), run: () => again({}) };

  return (
    <div className={classes.refused}>
      <Notice
        tone="warn"
        urgent
        actions={
          <>
            <Button data-size="small" onClick={back}>
              {t("refused.edit")}
            </Button>
            <Button data-size="small" onClick={confirm.run}>
              {confirm.label}
            </Button>
          </>
        }
      >
        {refused?.detail}
        {refused?.other && (
          <blockquote className={classes.otherAnswer}>
            <span className="bold">{refused.other.author.name}</span> {refused.other.text}
          </blockquote>
        )}
      </Notice>
    </div>
  );
}
