import { api, type DebuggedEvent, keys, type Shown } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton } from "@damso/ui";
import { SegmentedControl, TextInput } from "@mantine/core";
import { IconBroadcast } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { EventRow, pretty } from "./EventRow.tsx";
import classes from "./sources.module.css";

/** Live: so often it is asked what has come. */
const EVERY = 2_000;

/** What comes, as it comes, and why something was not taken. */
export function Debugger({ sourceId }: { sourceId: string }) {
  const { t } = useText();
  const [shown, setShown] = useState<Shown>("all");
  const [name, setName] = useState("");
  const query = useQuery({
    queryKey: keys.sourceEvents(sourceId, shown, name),
    queryFn: () => api.sources.events(sourceId, { shown, name: name.trim() }),
    refetchInterval: EVERY,
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <div className={classes.tools}>
        <SegmentedControl
          aria-label={t("sources.shown")}
          value={shown}
          onChange={(chosen) => setShown(chosen as Shown)}
          data={(["all", "taken", "refused"] as const).map((one) => ({
            value: one,
            label: t(`sources.shown.${one}`),
          }))}
        />
        <TextInput
          aria-label={t("sources.eventName")}
          placeholder={t("sources.eventName")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </div>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data?.length === 0 && (
        <EmptyState icon={<IconBroadcast size={32} stroke={1.4} />} title={t("sources.noEvents")}>
          {t("sources.noEventsText")}
        </EmptyState>
      )}
      <ul>
        {query.data?.map((event) => (
          <Line key={event.id} event={event} />
        ))}
      </ul>
    </>
  );
}

function Line({ event }: { event: DebuggedEvent }) {
  const { t } = useText();
  const violations = event.violations ?? [];
  const said = violations.map((one) => (one === "UNPLANNED" ? t("sources.unplannedEvent") : one)).join(" · ");
  const verdict = event.code
    ? [event.reason, event.detail].filter(Boolean).join(" · ")
    : said || t("sources.verdict.taken");
  return (
    <EventRow
      at={event.received_at}
      name={event.name || event.call || t("sources.nameless")}
      tone={event.code ? "danger" : violations.length > 0 ? "warn" : "ok"}
      verdict={verdict}
      json={event.code ? pretty(event.body) : JSON.stringify(event.properties, null, 2)}
    />
  );
}
