import type { ReviewSummary } from "@damso/api";
import { useText } from "@damso/i18n";
import classes from "./records.module.css";

const HEIGHT = 96;

/** Requests by day from zero up; a mark under a day on which data left. The same stands in words for who listens. */
export function DayBars({ days }: { days: ReviewSummary["days"] }) {
  const { t, format } = useText();
  const most = Math.max(1, ...days.map((day) => day.shown + day.taken));
  const busiest = days.find((day) => day.shown + day.taken === most);
  return (
    <figure className={classes.chart}>
      <figcaption className="small muted">{t("review.chart", { most: format.number(most) })}</figcaption>
      <div
        className={classes.bars}
        style={{ height: HEIGHT }}
        role="img"
        aria-label={t("review.chartAlt", {
          day: busiest ? String(Number(busiest.day.slice(8))) : "–",
          most: format.number(most),
        })}
      >
        {days.map((day) => {
          const all = day.shown + day.taken;
          return (
            <span
              key={day.day}
              className={classes.bar}
              style={{ height: all === 0 ? 0 : Math.max(2, Math.round((all / most) * HEIGHT)) }}
              title={t("review.dayText", {
                day: String(Number(day.day.slice(8))),
                shown: format.number(day.shown),
                taken: format.number(day.taken),
              })}
            />
          );
        })}
      </div>
      <div className={`${classes.days} num`} aria-hidden="true">
        {days.map((day, index) => (
          <span key={day.day}>
            {index === 0 || (index + 1) % 5 === 0 ? index + 1 : ""}
            {day.taken > 0 && <i className={classes.takenMark} />}
          </span>
        ))}
      </div>
      {days.some((day) => day.taken > 0) && (
        <p className={`small muted ${classes.legend}`}>
          <i className={classes.takenMark} /> {t("review.takenDay")}
        </p>
      )}
    </figure>
  );
}
