import type { SegmentCard } from "@damso/api";
import { useText } from "@damso/i18n";
import classes from "./segments.module.css";

const WIDTH = 640;
const HEIGHT = 160;
const FOOT = 20;
const HEAD = 20;

/** Customers at the end of each day: a line that starts at zero, the newest value beside its end, a table behind. */
export function SizeChart({ segment }: { segment: SegmentCard }) {
  const { t, format } = useText();
  const days = segment.sizes;
  const most = Math.max(1, ...days.map((day) => day.members));
  const x = (place: number) => (place * (WIDTH - 56)) / Math.max(1, days.length - 1);
  const y = (members: number) => HEAD + (HEIGHT - FOOT - HEAD) * (1 - members / most);
  const line = days.map((day, place) => `${x(place)},${y(day.members)}`).join(" ");
  const [first, last] = [days[0], days[days.length - 1]];
  if (!first || !last) return null;
  // One day makes no line.
  if (days.length === 1) return <p className={`${classes.figure} num`}>{format.number(last.members)}</p>;
  return (
    <figure className={classes.chart}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={t("segment.sizeChart", { members: format.number(last.members) })}
      >
        <line x1="0" x2={WIDTH - 56} y1={y(0)} y2={y(0)} className={classes.axis} />
        <line x1="0" x2={WIDTH - 56} y1={y(most)} y2={y(most)} className={classes.guide} />
        <text x="0" y={y(most) - 6} className={classes.tick}>
          {format.number(most)}
        </text>
        <text x="0" y={HEIGHT - 4} className={classes.tick}>
          {format.day(first.at)}
        </text>
        <text x={WIDTH - 56} y={HEIGHT - 4} textAnchor="end" className={classes.tick}>
          {format.day(last.at)}
        </text>
        <polyline points={line} className={classes.line} />
        <circle cx={x(days.length - 1)} cy={y(last.members)} r="3" className={classes.dot} />
        <text x={x(days.length - 1) + 8} y={y(last.members) + 4} className={classes.label}>
          {format.compact(last.members)}
        </text>
      </svg>
      <details>
        <summary className="small muted">{t("segment.table")}</summary>
        <table className={classes.days}>
          <thead>
            <tr>
              <th scope="col">{t("segment.day")}</th>
              <th scope="col">{t("segment.count")}</th>
              <th scope="col">{t("segment.entered")}</th>
              <th scope="col">{t("segment.left")}</th>
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map((day) => (
              <tr key={day.at}>
                <th scope="row">{day.at.slice(0, 10)}</th>
                <td className="num">{format.number(day.members)}</td>
                <td className="num">{format.number(day.entered)}</td>
                <td className="num">{format.number(day.left)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
