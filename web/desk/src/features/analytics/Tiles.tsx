import type { AnalyticsFigures, AnalyticsReport } from "@damso/api";
import { useText } from "@damso/i18n";
import classes from "./analytics.module.css";

const MINUTE = 60;

/** The figures of the period, each with how it was in the period before. */
export function Tiles({ report }: { report: AnalyticsReport }) {
  const { t, format } = useText();
  const { now, before } = report;
  const spent = (seconds: number) =>
    t("analytics.minutes", {
      minutes: Math.floor(seconds / MINUTE),
      seconds: String(Math.round(seconds) % MINUTE).padStart(2, "0"),
    });
  return (
    <dl className={classes.tiles}>
      <Tile name={t("analytics.people")} now={now.people} before={before.people} />
      <Tile name={t("analytics.visits")} now={now.visits} before={before.visits} />
      <Tile name={t("analytics.views")} now={now.views} before={before.views} />
      <Tile
        name={t("analytics.bounced")}
        now={share(now.bounces, now.visits)}
        before={share(before.bounces, before.visits)}
        write={percent}
        fewerIsBetter
      />
      <Tile
        name={t("analytics.spent")}
        now={Math.round(now.seconds)}
        before={Math.round(before.seconds)}
        write={spent}
      />
      <Tile name={t("analytics.conversions")} now={now.conversions} before={before.conversions} />
      <Tile
        name={t("analytics.rate")}
        now={share(now.converted, now.people)}
        before={share(before.converted, before.people)}
        write={percent}
      />
      {now.revenue.map((one) => (
        <Tile
          key={one.currency}
          name={t("analytics.revenue")}
          now={one.minor}
          before={worthBefore(before, one.currency)}
          write={(minor) => format.money({ ...one, minor })}
        />
      ))}
    </dl>
  );
}

interface TileProps {
  name: string;
  now: number;
  before: number;
  write?: (value: number) => string;
  fewerIsBetter?: boolean;
}

function Tile({ name, now, before, write, fewerIsBetter }: TileProps) {
  const { t, format } = useText();
  const written = write ?? format.number;
  const change = before === 0 ? null : (now - before) / before;
  const good = change !== null && (fewerIsBetter ? change < 0 : change > 0);
  return (
    <div className={classes.tile}>
      <dt className="small muted">{name}</dt>
      <dd className={`${classes.figure} tabular`}>{written(now)}</dd>
      <dd className={`${classes.change} small tabular`} data-tone={tone(change, good)}>
        {change === null
          ? t("analytics.noBefore")
          : t("analytics.before", { change: signed(change), was: written(before) })}
      </dd>
    </div>
  );
}

const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

const percent = (value: number) => `${(value * 100).toFixed(1)}%`;

const signed = (change: number) =>
  `${change > 0 ? "▲" : change < 0 ? "▼" : "–"} ${Math.abs(change * 100).toFixed(0)}%`;

const tone = (change: number | null, good: boolean) =>
  change === null || Math.round(change * 100) === 0 ? "same" : good ? "good" : "bad";

const worthBefore = (before: AnalyticsFigures, currency: string) =>
  before.revenue.find((one) => one.currency === currency)?.minor ?? 0;
