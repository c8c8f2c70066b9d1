import type { AnalyticsQuery, AnalyticsReport } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconChartBar } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import { Asked } from "./Asked.tsx";
import classes from "./analytics.module.css";
import { DayChart } from "./DayChart.tsx";
import { FunnelPanel } from "./FunnelPanel.tsx";
import { reportQuery } from "./queries.ts";
import { Tables } from "./Tables.tsx";
import { Tiles } from "./Tiles.tsx";
import { usualEvent, wantedDays } from "./wanted.ts";

/** What people do on sites and in apps, in a period beside the one before. */
export function AnalyticsPage() {
  const { t, format } = useText();
  const search = useSearch({ from: "/desk/analytics" });
  const asked: AnalyticsQuery = {
    ...wantedDays(search.days),
    event: search.event ?? usualEvent,
    source: search.source,
    segment: search.segment,
  };
  const query = useQuery(reportQuery(asked));
  const report = query.data;
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1 className={classes.title}>{t("analytics.title")}</h1>
        <Asked search={search} />
      </header>
      <div className={classes.scroll} aria-busy={query.isFetching}>
        {query.isPending && <Skeleton label={t("state.loading")} rows={10} />}
        {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
        {report && isEmpty(report) && <Nothing filtered={Boolean(search.source || search.segment)} />}
        {report && !isEmpty(report) && (
          <div className={classes.body} data-stale={query.isPlaceholderData}>
            <Tiles report={report} />
            <DayChart days={report.days} />
            <Tables report={report} />
            <FunnelPanel asked={asked} />
            <p className="small muted">
              {t("analytics.period", {
                first: format.date(report.first),
                last: format.date(report.last),
                zone: report.zone,
              })}
              {report.as_of && ` · ${t("analytics.asOf", { at: format.moment(report.as_of) })}`}
            </p>
          </div>
        )}
      </div>
    </div>
  );
}

const isEmpty = (report: AnalyticsReport) =>
  report.now.visits + report.now.views + report.before.visits + report.now.conversions === 0;

function Nothing({ filtered }: { filtered: boolean }) {
  const { t } = useText();
  const manages = useMay("sources.manage");
  const action = manages && !filtered && (
    <Button renderRoot={(props) => <Link to={"/settings/sources" as never} {...props} />}>
      {t("analytics.toSources")}
    </Button>
  );
  return (
    <EmptyState
      icon={<IconChartBar size={32} stroke={1.4} />}
      title={t("analytics.none")}
      action={action || undefined}
    >
      {t(filtered ? "analytics.noneFiltered" : manages ? "analytics.noneText" : "analytics.noneAsk")}
    </EmptyState>
  );
}
