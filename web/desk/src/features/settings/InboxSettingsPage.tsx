import type { Channel, Inbox } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton } from "@damso/ui";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { channelsQuery } from "../../app/useChannels.ts";
import { inboxesQuery } from "../../app/useLists.ts";
import { AttemptLog } from "./AttemptLog.tsx";
import { CopyLine } from "./CopyLine.tsx";
import { DeliveryLog } from "./DeliveryLog.tsx";
import { HealthFacts } from "./HealthFacts.tsx";
import { HealthMark } from "./HealthMark.tsx";
import { InboxForm } from "./InboxForm.tsx";
import { Page } from "./Page.tsx";
import { Practice } from "./Practice.tsx";
import { RemoveInbox } from "./RemoveInbox.tsx";
import classes from "./settings.module.css";

export function InboxSettingsPage() {
  const { t } = useText();
  const { inboxId } = useParams({ strict: false });
  const inboxes = useQuery({ ...inboxesQuery, staleTime: 0 });
  const channels = useQuery(channelsQuery);
  const inbox = inboxes.data?.find((one) => one.id === inboxId);
  const channel = channels.data?.find((one) => one.channel === inbox?.channel);
  const error = inboxes.error ?? channels.error;
  if (error) return <Notice tone="danger">{messageOf(error, t)}</Notice>;
  if (!inboxes.data || !channels.data) return <Skeleton label={t("state.loading")} />;
  if (!inbox || !channel)
    return <EmptyState title={t("error.notFoundTitle")}>{t("error.notFoundText")}</EmptyState>;
  return <Connection key={inbox.id} inbox={inbox} channel={channel} />;
}

/** One connection: how it is doing, how it is installed, its settings, what came and went. */
function Connection({ inbox, channel }: { inbox: Inbox; channel: Channel }) {
  const { t, locale } = useText();
  return (
    <Page
      title={inbox.name}
      lead={channel.name[locale]}
      back="/settings/channels"
      actions={
        <>
          {inbox.simulator && <Practice />}
          <HealthMark health={inbox.health} />
        </>
      }
    >
      {inbox.simulator && (
        <div className={classes.practice}>
          <Notice
            tone="warn"
            actions={
              <a href={inbox.simulator} target="damso-phone" rel="noreferrer">
                {t("channels.phones")}
              </a>
            }
          >
            {t("channels.simulatedText")}
          </Notice>
        </div>
      )}
      <HealthFacts inbox={inbox} />
      <DeliveryLog inbox={inbox} />
      {channel.hosted ? (
        <section className={classes.section}>
          <h2 className={classes.sectionTitle}>{t("install.title")}</h2>
          <p className={classes.sectionLead}>{t("install.lead")}</p>
          <CopyLine
            label={t("install.title")}
            value={`<script async src="${location.origin}/widget.js" data-inbox="${inbox.key}"></script>`}
          />
        </section>
      ) : (
        !channel.polls && (
          <section className={classes.section}>
            <h2 className={classes.sectionTitle}>{t("hook.title")}</h2>
            <p className={classes.sectionLead}>{t("hook.lead")}</p>
            <CopyLine label={t("hook.title")} value={inbox.address} />
          </section>
        )
      )}
      <InboxForm inbox={inbox} channel={channel} />
      {!channel.hosted && !channel.polls && <AttemptLog inboxId={inbox.id} />}
      <RemoveInbox inbox={inbox} />
    </Page>
  );
}
