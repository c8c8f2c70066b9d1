import type { SearchKind, Status } from "@damso/api";
import { useText } from "@damso/i18n";
import { SegmentedControl, Select } from "@mantine/core";
import { useAgents, useInboxes } from "../../app/useLists.ts";
import type { Given } from "./given.ts";
import classes from "./search.module.css";

const KINDS: SearchKind[] = ["all", "message", "customer"];
const STATUSES: Status[] = ["open", "pending", "snoozed", "resolved"];

interface Props {
  given: Given;
  onChange: (change: Given) => void;
}

export function Filters({ given, onChange }: Props) {
  const { t } = useText();
  const inboxes = useInboxes();
  const agents = useAgents();
  return (
    <div className={classes.filters}>
      <SegmentedControl
        aria-label={t("search.kind")}
        data={KINDS.map((value) => ({ value, label: t(`search.${value}`) }))}
        value={given.kind ?? "all"}
        onChange={(kind) => onChange({ kind: kind === "all" ? undefined : kind })}
      />
      <Select
        className={classes.filter}
        aria-label={t("filter.status")}
        placeholder={t("filter.status")}
        clearable
        data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
        value={given.status ?? null}
        onChange={(status) => onChange({ status: status ?? undefined })}
      />
      <Select
        className={classes.filter}
        aria-label={t("filter.inbox")}
        placeholder={t("filter.inbox")}
        clearable
        data={inboxes.map((inbox) => ({ value: inbox.id, label: inbox.name }))}
        value={given.inbox_id ?? null}
        onChange={(inbox) => onChange({ inbox_id: inbox ?? undefined })}
      />
      <Select
        className={classes.filter}
        aria-label={t("filter.assignee")}
        placeholder={t("filter.assignee")}
        clearable
        searchable
        data={agents.map((agent) => ({ value: agent.id, label: agent.name }))}
        value={given.assignee ?? null}
        onChange={(assignee) => onChange({ assignee: assignee ?? undefined })}
      />
      <label className={classes.date}>
        <span>{t("filter.from")}</span>
        <input
          type="date"
          value={given.from ?? ""}
          max={given.to}
          onChange={(event) => onChange({ from: event.target.value || undefined })}
        />
      </label>
      <label className={classes.date}>
        <span>{t("filter.to")}</span>
        <input
          type="date"
          value={given.to ?? ""}
          min={given.from}
          onChange={(event) => onChange({ to: event.target.value || undefined })}
        />
      </label>
    </div>
  );
}
