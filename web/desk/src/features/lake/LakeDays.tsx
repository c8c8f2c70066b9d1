import type { LakeDay } from "@damso/api";
import { useText } from "@damso/i18n";
import { useState } from "react";
import classes from "./lake.module.css";

/** So many days fit beside each other. */
const SHOWN = 60;

type Day = { day: string; care: number; tracked: number; rows: number; files: number };

/** How much each of the last days holds; the table below says the same in figures. */
export function LakeDays({ days }: { days: LakeDay[] }) {
  const { t, format } = useText();
  const [table, setTable] = useState(false);
  const all = byDay(days).slice(-SHOWN);
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
        <span>{all.length > 1 ? all[all.length - 1]?.day : ""}</span>
      </div>
      <button type="button" className={classes.more} aria-expanded={table} onClick={() => setTable(!table)}>
        {t(table ? "lake.hideTable" : "lake.showTable")}
      </button>
      {table && <Figures days={[...all].reverse()} />}
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

function byDay(days: LakeDay[]): Day[] {
  const found = new Map<string, Day>();
  for (const one of days) {
    const day = found.get(one.day) ?? { day: one.day, care: 0, tracked: 0, rows: 0, files: 0 };
    day[one.stream] += one.bytes;
    day.rows += one.rows;
    day.files += one.files;
    found.set(one.day, day);
  }
  return [...found.values()];
}
