import { useText } from "@damso/i18n";
import { SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMay } from "../../app/useMe.ts";
import { segmentsQuery } from "../segments/queries.ts";
import classes from "./analytics.module.css";
import { choicesQuery } from "./queries.ts";
import { PERIODS, periodOf, usualEvent } from "./wanted.ts";

export interface Search {
  days?: string;
  event?: string;
  source?: string;
  segment?: string;
}

/** Which period, which conversion, whose visits: all of it stands in the address. */
export function Asked({ search }: { search: Search }) {
  const { t } = useText();
  const navigate = useNavigate();
  const choices = useQuery(choicesQuery).data;
  const reads = useMay("segments.read");
  const segments = useQuery({ ...segmentsQuery, enabled: reads }).data ?? [];
  const choose = (wanted: Search) =>
    void navigate({ to: "/analytics", search: { ...search, ...wanted }, replace: true });
  const events = [...new Set([usualEvent, search.event ?? usualEvent, ...(choices?.events ?? [])])];
  const sources = choices?.sources ?? [];
  return (
    <div className={classes.asked}>
      <SegmentedControl
        size="xs"
        aria-label={t("analytics.days")}
        data={PERIODS.map((days) => ({ value: days, label: t("analytics.lastDays", { days }) }))}
        value={periodOf(search.days)}
        onChange={(days) => choose({ days })}
      />
      <Select
        size="xs"
        className={classes.pick}
        aria-label={t("analytics.event")}
        searchable
        allowDeselect={false}
        data={events}
        value={search.event ?? usualEvent}
        onChange={(event) => choose({ event: event ?? undefined })}
      />
      {sources.length > 1 && (
        <Select
          size="xs"
          className={classes.pick}
          aria-label={t("analytics.source")}
          placeholder={t("analytics.allSources")}
          clearable
          data={sources.map((one) => ({ value: one.id, label: one.name }))}
          value={search.source ?? null}
          onChange={(source) => choose({ source: source ?? undefined })}
        />
      )}
      {segments.length > 0 && (
        <Select
          size="xs"
          className={classes.pick}
          aria-label={t("analytics.segment")}
          placeholder={t("analytics.everybody")}
          clearable
          data={segments.map((one) => ({ value: one.id, label: one.name }))}
          value={search.segment ?? null}
          onChange={(segment) => choose({ segment: segment ?? undefined })}
        />
      )}
    </div>
  );
}
