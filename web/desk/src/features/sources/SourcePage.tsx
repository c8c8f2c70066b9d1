import { api, keys, type SourceDetail } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton } from "@damso/ui";
import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "../settings/Page.tsx";
import { Debugger } from "./Debugger.tsx";
import { Plan } from "./Plan.tsx";
import { Quarantine } from "./Quarantine.tsx";
import { SourceSettings } from "./SourceSettings.tsx";
import classes from "./sources.module.css";

const EVERY = 5_000;

/** One source: what comes, what was refused, what it should look like, and its keys. */
export function SourcePage() {
  const { t } = useText();
  const { sourceId } = useParams({ strict: false }) as { sourceId: string };
  const query = useQuery({
    queryKey: keys.source(sourceId),
    queryFn: () => api.sources.get(sourceId),
    refetchInterval: EVERY,
  });
  const detail = query.data;
  return (
    <Page
      wide
      back="/settings/sources"
      title={detail?.source.name ?? t("settings.sources")}
      lead={detail && t(`sources.kind.${detail.source.kind}`)}
    >
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {detail && (
        <>
          <Life detail={detail} />
          <Tabs defaultValue={detail.source.last_at ? "events" : "settings"} keepMounted={false}>
            <Tabs.List className={classes.tabs}>
              <Tabs.Tab value="events">{t("sources.events")}</Tabs.Tab>
              <Tabs.Tab value="refused">
                {t("sources.refused")}
                {detail.source.waiting > 0 && ` ${detail.source.waiting}`}
              </Tabs.Tab>
              <Tabs.Tab value="plan">{t("sources.plan")}</Tabs.Tab>
              <Tabs.Tab value="settings">{t("sources.setUp")}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="events">
              <Debugger sourceId={sourceId} />
            </Tabs.Panel>
            <Tabs.Panel value="refused">
              <Quarantine sourceId={sourceId} />
            </Tabs.Panel>
            <Tabs.Panel value="plan">
              <Plan source={detail.source} />
            </Tabs.Panel>
            <Tabs.Panel value="settings">
              <SourceSettings detail={detail} />
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </Page>
  );
}

/** How much came in the last two days, hour by hour. */
function Life({ detail }: { detail: SourceDetail }) {
  const { t, format } = useText();
  const { source, hours } = detail;
  if (!source.last_at) return <Notice tone="info">{t("sources.waitingFirst")}</Notice>;
  const most = Math.max(1, ...hours.map((hour) => hour.taken));
  return (
    <section aria-label={t("sources.life")}>
      <p className="small muted">
        {t("sources.dayAll", {
          taken: format.number(source.taken),
          repeated: format.number(source.repeated),
          refused: format.number(source.refused),
        })}
      </p>
      <div className={classes.bars} aria-hidden="true">
        {hours.map((hour) => (
          <span
            key={hour.hour}
            className={classes.bar}
            style={{ height: `${(hour.taken / most) * 100}%` }}
            title={`${format.moment(hour.hour)} · ${format.number(hour.taken)}`}
          />
        ))}
      </div>
    </section>
  );
}
