import type { Conversation, Entry } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, ChannelMark, Time } from "@damso/ui";
import { IconRobot } from "@tabler/icons-react";
import { useState } from "react";
import { faceName } from "../../app/faceName.ts";
import { useChannelName } from "../../app/useChannels.ts";
import { AttachmentList } from "./AttachmentList.tsx";
import { ContentBody } from "./ContentBody.tsx";
import { DeliveryLine } from "./DeliveryLine.tsx";
import { MailHead } from "./MailHead.tsx";
import { MailHtml } from "./MailHtml.tsx";
import { MaskedNumbers } from "./MaskedNumbers.tsx";
import { QuoteLine } from "./QuoteLine.tsx";
import { TextBody } from "./TextBody.tsx";
import classes from "./thread.module.css";
import { Warnings } from "./Warnings.tsx";

interface Props {
  entry: Entry;
  conversation: Conversation;
  /** It goes on what the same author just said. */
  joined: boolean;
  marked: boolean;
}

/** Who said what no person's name stands under. */
const AUTHORS = {
  agent: "author.console",
  bot: "author.bot",
  system: "author.system",
  customer: "author.customer",
} as const;

export function MessageEntry({ entry, conversation, joined, marked }: Props) {
  const { t } = useText();
  const channelName = useChannelName();
  const [html, setHtml] = useState(false);
  const [opened, setOpened] = useState(false);
  const out = entry.direction === "out";
  const letter = entry.has_html || entry.subject !== "" || entry.to.length > 0;
  const name =
    entry.author.name || (out ? t(AUTHORS[entry.author.kind]) : faceName(conversation.customer, t));
  const automatic = entry.automation !== "none";

  if (automatic && !opened) {
    return (
      <div id={`entry-${entry.id}`} className={classes.quiet} data-marked={marked}>
        <IconRobot size={14} stroke={1.6} aria-hidden="true" />
        <span className="cut">
          {t(`automation.${entry.automation as "auto_reply" | "bulk" | "loop"}`)} ·{" "}
          {entry.subject || entry.text}
        </span>
        <button type="button" className={classes.quietOpen} onClick={() => setOpened(true)}>
          {t("action.show")}
        </button>
        <Time at={entry.at} as="time" />
      </div>
    );
  }
  if (entry.deleted_at) {
    return (
      <div id={`entry-${entry.id}`} className={classes.quiet}>
        {out ? t("thread.undone", { name }) : t("thread.deleted")} <Time at={entry.deleted_at} as="time" />
      </div>
    );
  }
  return (
    <div
      id={`entry-${entry.id}`}
      className={classes.message}
      data-out={out}
      data-letter={letter}
      data-joined={joined}
      data-marked={marked}
    >
      <span className={classes.face}>
        {!joined && !out && (
          <Avatar
            name={name}
            initials={conversation.customer.initials}
            colour={conversation.customer.colour}
            size={28}
          />
        )}
      </span>
      <div className={classes.said}>
        {!joined && (
          <div className={classes.by}>
            <span className="bold cut">{name}</span>
            {entry.author.kind === "bot" && <span className={classes.bot}>{t("author.bot")}</span>}
            {entry.channel && <ChannelMark channel={entry.channel} label={channelName(entry.channel)} />}
            <Time at={entry.at} as="time" className="faint" />
          </div>
        )}
        <div className={classes.bubble}>
          {letter && <MailHead entry={entry} conversation={conversation} html={html} onHtml={setHtml} />}
          <Warnings entry={entry} />
          {entry.quotes && <QuoteLine quotes={entry.quotes} />}
          {html && entry.html_url ? (
            <MailHtml url={entry.html_url} title={entry.subject || t("mail.noSubject")} />
          ) : (
            <TextBody text={entry.text} fresh={entry.fresh} />
          )}
          {entry.content && <ContentBody content={entry.content} />}
          <AttachmentList attachments={entry.attachments} />
          <MaskedNumbers entry={entry} />
        </div>
        {entry.reactions.length > 0 && (
          <div className={classes.reactions}>
            {entry.reactions.map((reaction, index) => (
              <span key={index} className={classes.reaction} title={reaction.by}>
                {reaction.emoji}
              </span>
            ))}
          </div>
        )}
        <div className={classes.foot}>
          {entry.edited_at && <span className="faint small">{t("thread.edited")}</span>}
          {out && <DeliveryLine entry={entry} conversation={conversation} />}
        </div>
      </div>
    </div>
  );
}
