import type { SearchHit } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, ChannelMark, Time } from "@damso/ui";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { faceName } from "../../app/faceName.ts";
import { useChannelName } from "../../app/useChannels.ts";
import classes from "./search.module.css";

export function Hit({ hit }: { hit: SearchHit }) {
  const { t } = useText();
  const channelName = useChannelName();
  return (
    <To hit={hit}>
      <Avatar
        name={faceName(hit.customer, t)}
        initials={hit.customer.initials}
        colour={hit.customer.colour}
        size={28}
      />
      <span className={classes.body}>
        <span className={classes.top}>
          <span className="bold cut">{faceName(hit.customer, t)}</span>
          {hit.channel && <ChannelMark channel={hit.channel} label={channelName(hit.channel)} />}
          <span className="small faint">
            {hit.status ? t(`status.${hit.status}`) : t(`search.${hit.kind}`)}
          </span>
          <span className="grow" />
          <Time at={hit.at} className="small faint" />
        </span>
        <span className={classes.snippet}>
          {hit.snippet.map((part, index) =>
            part.hit ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>,
          )}
        </span>
      </span>
    </To>
  );
}

function To({ hit, children }: { hit: SearchHit; children: ReactNode }) {
  if (!hit.conversation_id) {
    return (
      <Link to="/customers/$customerId" params={{ customerId: hit.customer.id }} className={classes.hit}>
        {children}
      </Link>
    );
  }
  return (
    <Link
      to="/c/$conversationId"
      params={{ conversationId: hit.conversation_id }}
      search={{ entry: hit.message_id ?? undefined }}
      className={classes.hit}
    >
      {children}
    </Link>
  );
}
