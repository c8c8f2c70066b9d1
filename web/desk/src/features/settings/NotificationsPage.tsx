import type { Notifications, Occasion, QuietHours } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Checkbox, Chip, MultiSelect, Switch, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { useInboxes } from "../../app/useLists.ts";
import { useChangeSettings, useMySettings } from "../../app/useMySettings.ts";
import { chime } from "../shell/chime.ts";
import { Page } from "./Page.tsx";
import classes from "./settings.module.css";

const OCCASIONS: Occasion[] = ["assigned", "answer", "mentioned", "team", "reminder", "unsent"];
const DAYS: QuietHours["days"] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const NIGHTS: QuietHours = { begins: "19:00", ends: "09:00", days: DAYS };

/** Of what one is told, how, and when not. */
export function NotificationsPage() {
  const { t } = useText();
  const { notifications: now } = useMySettings();
  const change = useChangeSettings();
  const inboxes = useInboxes();
  const save = (wanted: Partial<Notifications>) => change.mutate({ notifications: { ...now, ...wanted } });

  return (
    <Page title={t("settings.notifications")} lead={t("notifications.lead")}>
      <div className={classes.form}>
        <Checkbox.Group
          label={t("notifications.occasions")}
          value={now.occasions}
          onChange={(occasions) => save({ occasions: occasions as Occasion[] })}
        >
          <div className={classes.checks}>
            {OCCASIONS.map((value) => (
              <Checkbox key={value} value={value} label={t(`notifications.${value}` as TextKey)} />
            ))}
          </div>
        </Checkbox.Group>
        <Switch
          label={t("notifications.desktop")}
          description={t("notifications.desktopHint")}
          checked={now.desktop}
          onChange={(event) => save({ desktop: event.currentTarget.checked })}
        />
        {now.desktop && <Permission />}
        <Switch
          label={t("notifications.sound")}
          checked={now.sound}
          onChange={(event) => {
            if (event.currentTarget.checked) chime();
            save({ sound: event.currentTarget.checked });
          }}
        />
        <Switch
          label={t("notifications.quiet")}
          description={t("notifications.quietHint")}
          checked={now.quiet !== null}
          onChange={(event) => save({ quiet: event.currentTarget.checked ? NIGHTS : null })}
        />
        {now.quiet && <Quiet quiet={now.quiet} onChange={(quiet) => save({ quiet })} />}
        <MultiSelect
          label={t("notifications.muted")}
          description={t("notifications.mutedHint")}
          placeholder={now.muted_inbox_ids.length === 0 ? t("notifications.mutedNone") : undefined}
          data={inboxes.map((inbox) => ({ value: inbox.id, label: inbox.name }))}
          value={now.muted_inbox_ids}
          onChange={(muted_inbox_ids) => save({ muted_inbox_ids })}
        />
      </div>
    </Page>
  );
}

function Quiet({ quiet, onChange }: { quiet: QuietHours; onChange: (quiet: QuietHours) => void }) {
  const { t } = useText();
  return (
    <div className={classes.field}>
      <div className={classes.pair}>
        <TimeField
          label={t("notifications.begins")}
          value={quiet.begins}
          onChange={(begins) => onChange({ ...quiet, begins })}
        />
        <TimeField
          label={t("notifications.ends")}
          value={quiet.ends}
          onChange={(ends) => onChange({ ...quiet, ends })}
        />
      </div>
      <Chip.Group
        multiple
        value={quiet.days}
        onChange={(days) => onChange({ ...quiet, days: DAYS.filter((day) => days.includes(day)) })}
      >
        <div className={classes.days} role="group" aria-label={t("notifications.days")}>
          {DAYS.map((day) => (
            <Chip key={day} value={day} size="xs">
              {t(`day.${day}` as TextKey)}
            </Chip>
          ))}
        </div>
      </Chip.Group>
    </div>
  );
}

/** Keeps what is typed until it is a time, and then saves it. */
function TimeField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (time: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  return (
    <TextInput
      type="time"
      label={label}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => (typed && typed !== value ? onChange(typed) : setTyped(value))}
    />
  );
}

/** The browser asks once; what it was told can only be changed there. */
function Permission() {
  const { t } = useText();
  const [state, setState] = useState("Notification" in window ? Notification.permission : "denied");
  if (state === "granted") return null;
  return (
    <Notice
      tone="info"
      actions={
        state === "default" && (
          <Button data-size="small" onClick={async () => setState(await Notification.requestPermission())}>
            {t("notify.allow")}
          </Button>
        )
      }
    >
      {state === "default" ? t("notifications.ask") : t("notifications.blocked")}
    </Notice>
  );
}
