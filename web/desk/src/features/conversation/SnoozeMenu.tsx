import { TimeZone, useText } from "@damso/i18n";
import { type Choice, PickList } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconCalendar, IconClockHour4, IconMessageReply, IconSun, IconSunrise } from "@tabler/icons-react";
import { useContext, useState } from "react";
import classes from "./header.module.css";
import { fromWallClock, snoozeTimes } from "./snoozeTimes.ts";

interface Props {
  /** With the time at which it comes back, or null for "when the customer writes". */
  onChoose: (until: string | null) => void;
}

export function SnoozeMenu({ onChoose }: Props) {
  const { t, format } = useText();
  const zone = useContext(TimeZone);
  const [picking, setPicking] = useState(false);
  const times = snoozeTimes(new Date(), zone);
  const { nextWeek } = times;
  if (picking) return <PickTime submit={t("snooze.do")} onChoose={onChoose} />;
  const choices: Choice[] = [
    {
      id: "later",
      label: t("snooze.later"),
      hint: format.time(times.later),
      mark: <IconClockHour4 size={16} stroke={1.6} />,
      run: () => onChoose(times.later),
    },
    {
      id: "tomorrow",
      label: t("snooze.tomorrow"),
      hint: format.moment(times.tomorrow),
      mark: <IconSunrise size={16} stroke={1.6} />,
      run: () => onChoose(times.tomorrow),
    },
    ...(nextWeek
      ? [
          {
            id: "week",
            label: t("snooze.nextWeek"),
            hint: format.moment(nextWeek),
            mark: <IconSun size={16} stroke={1.6} />,
            run: () => onChoose(nextWeek),
          },
        ]
      : []),
    {
      id: "reply",
      label: t("snooze.reply"),
      mark: <IconMessageReply size={16} stroke={1.6} />,
      run: () => onChoose(null),
    },
    {
      id: "pick",
      label: t("snooze.pick"),
      mark: <IconCalendar size={16} stroke={1.6} />,
      run: () => setPicking(true),
    },
  ];
  return <PickList choices={choices} placeholder={t("snooze.title")} empty={t("state.noMatch")} />;
}

/** A time of one's own, in the agent's zone. */
export function PickTime({ onChoose, submit }: Props & { submit: string }) {
  const { t } = useText();
  const zone = useContext(TimeZone);
  const [value, setValue] = useState("");
  const until = value ? fromWallClock(Date.parse(`${value}:00Z`), zone) : null;
  const past = until !== null && Date.parse(until) <= Date.now();
  return (
    <form
      className={classes.pickTime}
      onSubmit={(event) => {
        event.preventDefault();
        if (until && !past) onChoose(until);
      }}
    >
      <label className={classes.pickLabel}>
        {t("snooze.pick")}
        <input
          // biome-ignore lint/a11y/noAutofocus: the field is what was just asked for
          autoFocus
          type="datetime-local"
          className={classes.pickInput}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
      </label>
      {past && (
        <p className={classes.pickError} role="alert">
          {t("snooze.past")}
        </p>
      )}
      <Button type="submit" variant="filled" disabled={!until || past}>
        {submit}
      </Button>
    </form>
  );
}
