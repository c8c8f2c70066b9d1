import type { Inbox } from "@damso/api";
import { useText } from "@damso/i18n";
import { ChannelMark, Notice, Skeleton } from "@damso/ui";
import { IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { channelsQuery, useChannelName } from "../../app/useChannels.ts";
import { inboxesQuery } from "../../app/useLists.ts";
import { HealthMark } from "./HealthMark.tsx";
import { Page } from "./Page.tsx";
import { Practice } from "./Practice.tsx";
import classes from "./settings.module.css";

/** What is connected and how it is doing; below, what can be connected. */
export function ChannelsPage() {
  const { t, locale } = useText();
  const inboxes = useQuery({ ...inboxesQuery, staleTime: 0 });
  const channels = useQuery(channelsQuery);
  const error = inboxes.error ?? channels.error;
  return (
    <Page title={t("settings.channels")} lead={t("channels.lead")} wide>
      {error && <Notice tone="danger">{messageOf(error, t)}</Notice>}
      {inboxes.isPending && <Skeleton label={t("state.loading")} />}
      {inboxes.data && inboxes.data.length > 0 && (
        <ul className={classes.rows}>
          {inboxes.data.map((inbox) => (
            <li key={inbox.id}>
              <InboxLine inbox={inbox} />
            </li>
          ))}
        </ul>
      )}
      <section className={classes.section}>
        <h2 className={classes.sectionTitle}>{t("channels.connect")}</h2>
        <p className={classes.sectionLead}>{t("channels.connectLead")}</p>
        <div className={classes.channels}>
          {channels.data?.map((channel) => (
            <Link
              key={channel.channel}
              to="/settings/channels/new/$channel"
              params={{ channel: channel.channel }}
              className={classes.channel}
            >
              <span className={classes.channelName}>
                <ChannelMark channel={channel.channel} size={18} />
                {channel.name[locale]}
              </span>
              <span className="muted">{channel.description[locale]}</span>
            </Link>
          ))}
        </div>
      </section>
    </Page>
  );
}

function InboxLine({ inbox }: { inbox: Inbox }) {
  const { t } = useText();
  const channelName = useChannelName();
  return (
    <Link
      to="/settings/channels/$inboxId"
      params={{ inboxId: inbox.id }}
      className={`${classes.row} ${classes.rowLink}`}
    >
      <span className={classes.icon}>
        <ChannelMark channel={inbox.channel} size={18} />
      </span>
      <span className={classes.rowBody}>
        <span className="cut" style={{ display: "block" }}>
          {inbox.name}
        </span>
        <span className="small muted cut" style={{ display: "block" }}>
          {channelName(inbox.channel)}
          {inbox.health.problem && ` · ${inbox.health.problem}`}
        </span>
      </span>
      {inbox.simulator && <Practice />}
      {inbox.health.parked > 0 && (
        <span className="small muted">{t("health.parked", { count: inbox.health.parked })}</span>
      )}
      <HealthMark health={inbox.health} />
      <IconChevronRight size={16} stroke={1.6} aria-hidden="true" />
    </Link>
  );
}
