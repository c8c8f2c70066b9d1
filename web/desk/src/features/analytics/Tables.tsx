import type { AnalyticsReport } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { useState } from "react";
import classes from "./analytics.module.css";

const SHOWN = 8;

type Cells = [name: string, under: string, ...values: string[]];
interface Shown {
  title: TextKey;
  columns: TextKey[];
  rows: Cells[];
  /** The first figure of each row, for its bar. */
  sizes: number[];
}

/** Pages, sources, campaigns, devices, places and clicks: the largest first. */
export function Tables({ report }: { report: AnalyticsReport }) {
  const tables = useShown(report);
  return (
    <div className={classes.tables}>
      {tables
        .filter((one) => one.rows.length > 0)
        .map((one) => (
          <Ranking key={one.title} shown={one} />
        ))}
    </div>
  );
}

function useShown(report: AnalyticsReport): Shown[] {
  const { t, format } = useText();
  const number = format.number;
  const rate = (part: number, whole: number) => (whole === 0 ? "–" : `${((part / whole) * 100).toFixed(1)}%`);
  const origin = (source: string) => (source === "(direct)" ? t("analytics.direct") : source);
  const medium = (said: string) => (said === "(none)" ? "" : said);
  const place = (host: string, page: string) => page || host || t("analytics.unknown");
  return [
    {
      title: "analytics.pages",
      columns: ["analytics.views", "analytics.entries", "analytics.exits"],
      rows: report.pages.map((one) => [
        place(one.host, one.page),
        [one.title, one.host].filter(Boolean).join(" · "),
        number(one.views),
        number(one.entries),
        number(one.exits),
      ]),
      sizes: report.pages.map((one) => one.views),
    },
    {
      title: "analytics.sources",
      columns: ["analytics.visits", "analytics.rate"],
      rows: report.sources.map((one) => [
        origin(one.source),
        medium(one.medium),
        number(one.visits),
        rate(one.converted, one.people),
      ]),
      sizes: report.sources.map((one) => one.visits),
    },
    {
      title: "analytics.campaigns",
      columns: ["analytics.visits", "analytics.rate"],
      rows: report.campaigns.map((one) => [
        one.campaign,
        [one.source, medium(one.medium)].filter(Boolean).join(" / "),
        number(one.visits),
        rate(one.converted, one.people),
      ]),
      sizes: report.campaigns.map((one) => one.visits),
    },
    {
      title: "analytics.devices",
      columns: ["analytics.visits", "analytics.share"],
      rows: report.devices.map((one) => [
        t(`analytics.device.${one.kind as "phone"}`),
        [one.system, one.browser].filter(Boolean).join(" · "),
        number(one.visits),
        rate(one.visits, report.now.visits),
      ]),
      sizes: report.devices.map((one) => one.visits),
    },
    {
      title: "analytics.clicks",
      columns: ["analytics.clicked", "analytics.perView"],
      rows: report.clicks.map((one) => [
        one.target,
        place(one.host, one.page),
        number(one.clicks),
        rate(one.clicks, one.views),
      ]),
      sizes: report.clicks.map((one) => one.clicks),
    },
    {
      title: "analytics.countries",
      columns: ["analytics.visits", "analytics.share"],
      rows: report.countries.map((one) => [
        nameOf("region", one.code) || t("analytics.unknown"),
        "",
        number(one.visits),
        rate(one.visits, report.now.visits),
      ]),
      sizes: report.countries.map((one) => one.visits),
    },
    {
      title: "analytics.locales",
      columns: ["analytics.visits", "analytics.share"],
      rows: report.locales.map((one) => [
        nameOf("language", one.code) || t("analytics.unknown"),
        "",
        number(one.visits),
        rate(one.visits, report.now.visits),
      ]),
      sizes: report.locales.map((one) => one.visits),
    },
  ];
}

/** A country or a language as people call it; what is no code of one stays as it came. */
function nameOf(type: "region" | "language", code: string): string {
  try {
    return (
      (code && new Intl.DisplayNames([document.documentElement.lang || "ko"], { type }).of(code)) || code
    );
  } catch {
    return code;
  }
}

function Ranking({ shown }: { shown: Shown }) {
  const { t } = useText();
  const [all, setAll] = useState(false);
  const most = Math.max(1, ...shown.sizes);
  return (
    <section className={classes.section}>
      <table className={classes.ranking}>
        <caption className={classes.sectionTitle}>{t(shown.title)}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="sr-only">{t("field.name")}</span>
            </th>
            {shown.columns.map((one) => (
              <th key={one} scope="col">
                {t(one)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.rows.slice(0, all ? undefined : SHOWN).map(([name, under, ...values], row) => (
            <tr key={row}>
              <th scope="row">
                <span className={`${classes.named} cut`} title={name}>
                  {name}
                </span>
                {under && <span className="small muted cut">{under}</span>}
                <span
                  className={classes.part}
                  style={{ width: `${((shown.sizes[row] ?? 0) / most) * 100}%` }}
                  aria-hidden="true"
                />
              </th>
              {values.map((value, column) => (
                <td key={column}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {shown.rows.length > SHOWN && (
        <button type="button" className={classes.more} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t("analytics.fewer") : t("analytics.all", { count: shown.rows.length })}
        </button>
      )}
    </section>
  );
}
