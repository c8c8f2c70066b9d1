import { api, keys, type SourceDetail } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton } from "@damso/ui";
import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "../settings/Page.tsx";
import { Debugger } from "./Debugger.tsx";
import { Plan } from "./Plan.tsx";
import { Quarantine } from "./Quarantine.tsx";
import { SourceSettings } from "./SourceSettings.tsx";
import classes from "./sources.module.css";

const EVERY = 5_000;
const HOURS = 48;
const HOUR_MS = 3_600_000;

const PARTS = ["events", "refused", "plan", "setUp"] as const;
type Part = (typeof PARTS)[number];

/** One source: what comes, what was refused, what it should look like, and its keys. */
export function SourcePage() {
  const { t } = useText();
  const { part: asked } = useSearch({ strict: false }) as { part?: string };
  const { sourceId } = useParams({ strict: false }) as { sourceId: string };
  const query = useQuery({
    queryKey: keys.source(sourceId),
    queryFn: () => api.sources.get(sourceId),
    refetchInterval: EVERY,
  });
  const [chosen, setChosen] = useState<Part>();
  const detail = query.data;
  // Before anything has come, what to paste is what matters.
  const part = chosen ?? PARTS.find((one) => one === asked) ?? (detail?.source.last_at ? "events" : "setUp");
  return (
    <Page
      wide
      back="/settings/sources"
      title={detail?.source.name ?? t("settings.sources")}
      lead={detail && t(`sources.kind.${detail.source.kind}`)}
    >
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {detail && (
        <>
          <Life detail={detail} />
          <SegmentedControl
            className={classes.tabs}
            aria-label={detail.source.name}
            value={part}
            onChange={(chosen) => setChosen(chosen as Part)}
            data={PARTS.map((one) => ({
              value: one,
              label:
                one === "refused" && detail.source.waiting > 0
                  ? `${t("sources.refused")} ${detail.source.waiting}`
                  : t(`sources.${one}`),
            }))}
          />
          {part === "events" && <Debugger sourceId={sourceId} />}
          {part === "refused" && <Quarantine sourceId={sourceId} />}
          {part === "plan" && <Plan source={detail.source} />}
          {part === "setUp" && <SourceSettings detail={detail} />}
        </>
      )}
    </Page>
  );
}

/** How much came in the last two days, hour by hour. */
function Life({ detail }: { detail: SourceDetail }) {
  const { t, format } = useText();
  const { source, hours } = detail;
  if (!source.last_at) return <Notice tone="info">{t("sources.waitingFirst")}</Notice>;
  const most = Math.max(1, ...hours.map((hour) => hour.taken));
  const taken = new Map(hours.map((hour) => [Date.parse(hour.hour), hour.taken]));
  const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const slots = Array.from({ length: HOURS }, (_, place) => now - (HOURS - 1 - place) * HOUR_MS);
  return (
    <section aria-label={t("sources.life")}>
      <p className="small muted">
        {t("sources.dayAll", {
          taken: format.number(source.taken),
          repeated: format.number(source.repeated),
          refused: format.number(source.refused),
        })}
      </p>
      <div className={classes.bars} aria-hidden="true">
        {slots.map((slot) => (
          <span
            key={slot}
            className={classes.bar}
            style={{ height: `${((taken.get(slot) ?? 0) / most) * 100}%` }}
            title={`${format.moment(new Date(slot).toISOString())} · ${format.number(taken.get(slot) ?? 0)}`}
          />
        ))}
      </div>
    </section>
  );
}
