import { api, keys, type ReviewedMonth } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton, StateMark, Time } from "@damso/ui";
import { IconCalendarCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "../settings/Page.tsx";
import settings from "../settings/settings.module.css";
import classes from "./records.module.css";

export const TONES = { running: "off", due: "warn", overdue: "danger", reviewed: "ok" } as const;

/** Every month and whether somebody has looked through its access. */
export function ReviewsPage() {
  const { t } = useText();
  const query = useQuery({ queryKey: keys.reviews, queryFn: api.records.reviews });
  const overdue = query.data?.filter((month) => month.state === "overdue") ?? [];
  return (
    <Page title={t("settings.reviews")} lead={t("review.lead")}>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {overdue.length > 0 && (
        <div className={classes.above}>
          <Notice tone="warn">{t("review.overdueText", { count: overdue.length })}</Notice>
        </div>
      )}
      <ul className={settings.rows} hidden={!query.data?.length}>
        {query.data?.map((month) => (
          <Month key={month.month} month={month} />
        ))}
      </ul>
    </Page>
  );
}

function Month({ month }: { month: ReviewedMonth }) {
  const { t, format } = useText();
  return (
    <li>
      <Link
        to={`/settings/reviews/${month.month.slice(0, 7)}` as never}
        className={`${settings.row} ${settings.rowLink}`}
      >
        <span className={settings.icon}>
          <IconCalendarCheck size={18} stroke={1.6} aria-hidden="true" />
        </span>
        <div className={settings.rowBody}>
          <div className="num">{format.month(month.month)}</div>
          <div className="small muted">
            {t("review.requests", { number: format.number(month.requests) })}
            {month.reviewed_at && (
              <>
                {" · "}
                {month.reviewed_by} <Time at={month.reviewed_at} as="moment" />
              </>
            )}
          </div>
        </div>
        <StateMark tone={TONES[month.state]}>{t(`review.${month.state}`)}</StateMark>
      </Link>
    </li>
  );
}
