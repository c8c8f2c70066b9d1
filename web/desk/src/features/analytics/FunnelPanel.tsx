import type { AnalyticsQuery } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton, Notice } from "@damso/ui";
import { Autocomplete, Button, Select } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import classes from "./analytics.module.css";
import { choicesQuery, funnelQuery } from "./queries.ts";
import { usualEvent } from "./wanted.ts";

const MOST = 8;
const HOUR = 3600;
const WITHIN = [HOUR, 24 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR];

/** How many people took one step after the other, and where they were lost. */
export function FunnelPanel({ asked }: { asked: AnalyticsQuery }) {
  const { t } = useText();
  const choices = useQuery(choicesQuery).data;
  const [steps, setSteps] = useState<string[]>(["page:/", asked.event ?? usualEvent]);
  const [within, setWithin] = useState(24 * HOUR);
  const known = ["page:/", ...new Set([usualEvent, ...(choices?.events ?? [])])];
  const change = (place: number, step: string) =>
    setSteps(steps.map((one, other) => (other === place ? step : one)));
  return (
    <section className={classes.section}>
      <h2 className={classes.sectionTitle}>{t("analytics.funnel")}</h2>
      <p className="small muted">{t("analytics.funnelText")}</p>
      <div className={classes.steps}>
        {steps.map((step, place) => (
          <div key={place} className={classes.step}>
            <Autocomplete
              size="xs"
              aria-label={t("analytics.step", { number: place + 1 })}
              data={known}
              value={step}
              onChange={(value) => change(place, value)}
            />
            {steps.length > 2 && (
              <IconButton
                label={t("analytics.removeStep", { number: place + 1 })}
                onClick={() => setSteps(steps.filter((_, other) => other !== place))}
              >
                <IconX size={14} stroke={1.6} />
              </IconButton>
            )}
          </div>
        ))}
        {steps.length < MOST && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} stroke={1.8} />}
            onClick={() => setSteps([...steps.slice(0, -1), "", ...steps.slice(-1)])}
          >
            {t("analytics.addStep")}
          </Button>
        )}
        <Select
          size="xs"
          className={classes.pick}
          aria-label={t("analytics.within")}
          allowDeselect={false}
          data={WITHIN.map((one) => ({ value: String(one), label: t(withinText(one)) }))}
          value={String(within)}
          onChange={(value) => setWithin(Number(value))}
        />
      </div>
      <Picture asked={asked} steps={steps} within={within} />
    </section>
  );
}

const withinText = (seconds: number) =>
  seconds === HOUR
    ? "analytics.withinHour"
    : seconds === 24 * HOUR
      ? "analytics.withinDay"
      : seconds === 7 * 24 * HOUR
        ? "analytics.withinWeek"
        : "analytics.withinMonth";

function Picture({ asked, steps, within }: { asked: AnalyticsQuery; steps: string[]; within: number }) {
  const { t, format } = useText();
  const written = steps.map((one) => one.trim()).filter(Boolean);
  const { event: _, ...period } = asked;
  const query = useQuery({
    ...funnelQuery({ ...period, step: written, within }),
    enabled: written.length === steps.length && written.length > 1,
  });
  const found = query.data?.steps ?? [];
  const first = found[0]?.people ?? 0;
  if (query.isError) return <Notice tone="danger">{messageOf(query.error, t)}</Notice>;
  return (
    <ol className={classes.funnel} aria-busy={query.isFetching}>
      {found.map((one, place) => {
        const before = found[place - 1]?.people ?? one.people;
        return (
          <li key={place}>
            <span className={classes.funnelHead}>
              <span className="cut">{one.step}</span>
              <span className="tabular">
                {t("analytics.reached", {
                  people: format.number(one.people),
                  share: first === 0 ? "–" : `${((one.people / first) * 100).toFixed(1)}%`,
                })}
              </span>
            </span>
            <span className={classes.funnelBar}>
              <span style={{ width: first === 0 ? 0 : `${(one.people / first) * 100}%` }} />
            </span>
            {place > 0 && before > one.people && (
              <span className="small muted tabular">
                {t("analytics.lost", { people: format.number(before - one.people) })}
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
