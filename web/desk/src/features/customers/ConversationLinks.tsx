import type { CustomerConversation } from "@damso/api";
import { useText } from "@damso/i18n";
import { ChannelMark, Time } from "@damso/ui";
import { Link } from "@tanstack/react-router";
import { useChannelName } from "../../app/useChannels.ts";
import classes from "./panel.module.css";

export function ConversationLinks({ conversations }: { conversations: CustomerConversation[] }) {
  const { t } = useText();
  const channelName = useChannelName();
  return (
    <ul className={classes.facts}>
      {conversations.map((one) => (
        <li key={one.id}>
          <Link
            to="/c/$conversationId"
            params={{ conversationId: one.id }}
            search={{}}
            className={classes.case}
          >
            <ChannelMark channel={one.channel} label={channelName(one.channel)} />
            <span className="grow cut">{one.subject || t("conversation.noSubject")}</span>
            <span className="small faint">{t(`status.${one.status}`)}</span>
            <Time at={one.last_message_at} className="small faint" />
          </Link>
        </li>
      ))}
    </ul>
  );
}
