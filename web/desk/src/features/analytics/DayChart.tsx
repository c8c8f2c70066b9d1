import type { AnalyticsDay } from "@damso/api";
import { useText } from "@damso/i18n";
import { useState } from "react";
import classes from "./analytics.module.css";

/** Visits of each day as bars that begin at zero, days of conversions marked; the table below says the same in figures. */
export function DayChart({ days }: { days: AnalyticsDay[] }) {
  const { t, format } = useText();
  const [table, setTable] = useState(false);
  const most = Math.max(1, ...days.map((one) => one.visits));
  const best = days.reduce(
    (one, other) => (other.visits > one.visits ? other : one),
    days[0] as AnalyticsDay,
  );
  const latest = days[days.length - 1];
  const said = (one: AnalyticsDay) =>
    t("analytics.day", {
      day: format.date(one.day),
      visits: format.number(one.visits),
      views: format.number(one.views),
      conversions: format.number(one.conversions),
    });
  return (
    <section className={classes.section}>
      <h2 className={classes.sectionTitle}>{t("analytics.byDay")}</h2>
      <p className="small muted">
        {t("analytics.best", { day: format.date(best.day), visits: format.number(best.visits) })}
      </p>
      <div className={classes.chart} role="img" aria-label={t("analytics.chart", { count: days.length })}>
        {days.map((one) => (
          <div key={one.day} className={classes.bar} title={said(one)}>
            <span className={classes.visits} style={{ height: `${(one.visits / most) * 100}%` }} />
            {one.conversions > 0 && <span className={classes.sold} />}
          </div>
        ))}
      </div>
      <div className={classes.axis}>
        <span>{days[0] && format.date(days[0].day)}</span>
        <span className={classes.legend}>
          <i className={classes.visitsDot} /> {t("analytics.visits")} <i className={classes.soldDot} />{" "}
          {t("analytics.conversions")}
        </span>
        <span>{latest && format.date(latest.day)}</span>
      </div>
      <button type="button" className={classes.more} aria-expanded={table} onClick={() => setTable(!table)}>
        {t(table ? "lake.hideTable" : "lake.showTable")}
      </button>
      {table && <Figures days={days.toReversed()} />}
    </section>
  );
}

function Figures({ days }: { days: AnalyticsDay[] }) {
  const { t, format } = useText();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls and must be reachable by keyboard
    <section className={classes.tableScroll} tabIndex={0} aria-label={t("analytics.byDay")}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("analytics.date")}</th>
            <th scope="col">{t("analytics.people")}</th>
            <th scope="col">{t("analytics.visits")}</th>
            <th scope="col">{t("analytics.views")}</th>
            <th scope="col">{t("analytics.conversions")}</th>
          </tr>
        </thead>
        <tbody>
          {days.map((one) => (
            <tr key={one.day}>
              <th scope="row">{format.date(one.day)}</th>
              {[one.people, one.visits, one.views, one.conversions].map((value, place) => (
                <td key={place}>{format.number(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
