import type { LakeDay } from "@damso/api";
import { useText } from "@damso/i18n";
import { useState } from "react";
import classes from "./lake.module.css";

/** Days beside each other: at least, and at most. */
const FEWEST = 30;
const SHOWN = 60;
const DAY = 86_400_000;

type Day = { day: string; care: number; tracked: number; rows: number; files: number };

/** How much each of the last days holds; the table below says the same in figures. */
export function LakeDays({ days }: { days: LakeDay[] }) {
  const { t, format } = useText();
  const [table, setTable] = useState(false);
  const all = calendar(byDay(days));
  const most = Math.max(1, ...all.map((one) => one.care + one.tracked));
  if (all.length === 0) return <p className="muted">{t("lake.noDays")}</p>;
  const said = (one: Day) =>
    t("lake.day", {
      day: one.day,
      rows: format.number(one.rows),
      size: format.bytes(one.care + one.tracked),
      files: format.number(one.files),
    });
  return (
    <>
      <div className={classes.chart} role="img" aria-label={t("lake.daysOf", { count: all.length })}>
        {all.map((one) => (
          <div key={one.day} className={classes.bar} title={said(one)}>
            <span className={classes.tracked} style={{ height: `${(one.tracked / most) * 100}%` }} />
            <span className={classes.care} style={{ height: `${(one.care / most) * 100}%` }} />
          </div>
        ))}
      </div>
      <div className={classes.axis}>
        <span>{all[0]?.day}</span>
        <span className={classes.legend}>
          <i className={classes.careDot} /> {t("lake.care")} <i className={classes.trackedDot} />{" "}
          {t("lake.tracked")}
        </span>
        <span>{all[all.length - 1]?.day}</span>
      </div>
      <button type="button" className={classes.more} aria-expanded={table} onClick={() => setTable(!table)}>
        {t(table ? "lake.hideTable" : "lake.showTable")}
      </button>
      {table && <Figures days={all.filter((one) => one.files > 0).reverse()} />}
    </>
  );
}

function Figures({ days }: { days: Day[] }) {
  const { t, format } = useText();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls and must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={t("lake.days")}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("lake.date")}</th>
            <th scope="col">{t("lake.events")}</th>
            <th scope="col">{t("lake.size")}</th>
            <th scope="col">{t("lake.filesOf")}</th>
          </tr>
        </thead>
        <tbody>
          {days.map((one) => (
            <tr key={one.day}>
              <th scope="row">{one.day}</th>
              <td>{format.number(one.rows)}</td>
              <td>{format.bytes(one.care + one.tracked)}</td>
              <td>{format.number(one.files)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Every day up to the last one, also those on which nothing happened. */
function calendar(days: Day[]): Day[] {
  const last = Date.parse(days.at(-1)?.day ?? "");
  if (Number.isNaN(last)) return [];
  const length = Math.min(SHOWN, Math.max(FEWEST, (last - Date.parse(days[0]?.day ?? "")) / DAY + 1));
  const known = new Map(days.map((one) => [one.day, one]));
  return Array.from({ length }, (_, place) => {
    const day = new Date(last - (length - 1 - place) * DAY).toISOString().slice(0, 10);
    return known.get(day) ?? { day, care: 0, tracked: 0, rows: 0, files: 0 };
  });
}

function byDay(days: LakeDay[]): Day[] {
  const found = new Map<string, Day>();
  for (const one of days) {
    const day = found.get(one.day) ?? { day: one.day, care: 0, tracked: 0, rows: 0, files: 0 };
    day[one.stream] += one.bytes;
    day.rows += one.rows;
    day.files += one.files;
    found.set(one.day, day);
  }
  return [...found.values()].sort((one, other) => one.day.localeCompare(other.day));
}
