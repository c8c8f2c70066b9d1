import { api, type Row } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, ChannelMark, EmptyState, Notice, Skeleton, Time } from "@damso/ui";
import { IconZoomExclamation } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { faceName } from "../../app/faceName.ts";
import { messageOf } from "../../app/messageOf.ts";
import { useChannelName } from "../../app/useChannels.ts";
import type { Given } from "./given.ts";
import classes from "./search.module.css";

/** Conditions without words: the cases that meet them, those that moved last first. */
export function FilteredRows({ given }: { given: Given }) {
  const { t } = useText();
  const filter = {
    status: given.status,
    inbox_id: given.inbox_id,
    assignee: given.assignee,
    channel: given.channel,
  };
  const query = useQuery({
    queryKey: ["search", "rows", filter],
    queryFn: ({ signal }) => api.conversations.list(filter, signal),
  });
  if (query.isPending) return <Skeleton label={t("state.loading")} rows={8} />;
  if (query.isError) return <Notice tone="danger">{messageOf(query.error, t)}</Notice>;
  if (query.data.items.length === 0) {
    return (
      <EmptyState icon={<IconZoomExclamation size={32} stroke={1.4} />} title={t("search.noneCases")}>
        {t("search.noneText")}
      </EmptyState>
    );
  }
  return (
    <ul className={classes.hits}>
      {query.data.items.map((row) => (
        <li key={row.id}>
          <Case row={row} />
        </li>
      ))}
    </ul>
  );
}

function Case({ row }: { row: Row }) {
  const { t } = useText();
  const channelName = useChannelName();
  const name = faceName(row.customer, t);
  return (
    <Link to="/c/$conversationId" params={{ conversationId: row.id }} search={{}} className={classes.hit}>
      <Avatar name={name} initials={row.customer.initials} colour={row.customer.colour} size={28} />
      <span className={classes.body}>
        <span className={classes.top}>
          <span className="bold cut">{name}</span>
          <ChannelMark channel={row.channel} label={channelName(row.channel)} />
          <span className="small faint">{t(`status.${row.status}`)}</span>
          <span className="grow" />
          <Time at={row.last_message_at} className="small faint" />
        </span>
        <span className={classes.snippet}>{row.subject || row.preview}</span>
      </span>
    </Link>
  );
}
