import type { ClassOutlook } from "@damso/api";
import { useText } from "@damso/i18n";
import classes from "./retention.module.css";

const HEIGHT = 72;
const MONTH = 30;
/** Columns that stay readable on a phone. */
const MOST = 48;

/** Cases by their age, from now to the left of the limit: what is over it is marked by colour, line and words. */
export function AgeBars({ outlook }: { outlook: ClassOutlook }) {
  const { t, format } = useText();
  const limit = outlook.days / MONTH;
  const oldest = Math.max(limit * 1.25, ...outlook.ages.map((one) => one.age + 1));
  const step = Math.max(1, Math.ceil(oldest / MOST));
  const columns = Array.from({ length: Math.ceil(oldest / step) }, (_, column) => ({
    from: column * step,
    count: outlook.ages
      .filter((one) => Math.floor(one.age / step) === column)
      .reduce((sum, one) => sum + one.count, 0),
  }));
  const most = Math.max(1, ...columns.map((one) => one.count));
  const total = outlook.ages.reduce((sum, one) => sum + one.count, 0);
  if (total === 0) return <p className="small muted">{t("retention.noCases")}</p>;
  return (
    <figure className={classes.ages}>
      <div
        className={classes.bars}
        style={{ height: HEIGHT }}
        role="img"
        aria-label={t("retention.chartAlt", {
          total: format.number(total),
          over: format.number(outlook.now),
          most: format.number(most),
        })}
      >
        {columns.map((one) => (
          <span
            key={one.from}
            className={classes.bar}
            data-over={one.from >= limit}
            style={{ height: one.count === 0 ? 0 : Math.max(2, Math.round((one.count / most) * HEIGHT)) }}
            title={t("retention.ageText", { months: String(one.from), count: format.number(one.count) })}
          />
        ))}
        <i
          className={classes.limit}
          style={{ insetInlineStart: `${(limit / (columns.length * step)) * 100}%` }}
        >
          <span className="small">{t("retention.limit")}</span>
        </i>
      </div>
      <figcaption className={`${classes.axis} small muted`} aria-hidden="true">
        <span>{t("retention.today")}</span>
        <span>{t("retention.chart", { total: format.number(total) })}</span>
        <span className="num">{t("retention.ago", { years: (oldest / 12.17).toFixed(1) })}</span>
      </figcaption>
    </figure>
  );
}
