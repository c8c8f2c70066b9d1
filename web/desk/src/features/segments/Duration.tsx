import { useText } from "@damso/i18n";
import { NumberInput, Select } from "@mantine/core";
import { useState } from "react";
import classes from "./segments.module.css";

const UNITS = { minutes: 60, hours: 3600, days: 86_400 } as const;
type Unit = keyof typeof UNITS;

interface Props {
  label: string;
  seconds: number;
  onChange: (seconds: number) => void;
}

/** A length of time in the largest unit that tells it without a rest. */
export function Duration({ label, seconds, onChange }: Props) {
  const { t } = useText();
  const [unit, setUnit] = useState<Unit>(() => unitOf(seconds));
  return (
    <>
      {label && <span className="small muted">{label}</span>}
      <NumberInput
        className={classes.short}
        aria-label={`${label}: ${t("rule.length")}`}
        min={0}
        value={seconds / UNITS[unit]}
        onChange={(length) => typeof length === "number" && onChange(Math.round(length * UNITS[unit]))}
      />
      <Select
        className={classes.unit}
        aria-label={`${label}: ${t("rule.unit")}`}
        allowDeselect={false}
        data={(Object.keys(UNITS) as Unit[]).map((value) => ({ value, label: t(`rule.unit.${value}`) }))}
        value={unit}
        onChange={(chosen) => {
          if (!chosen) return;
          onChange(Math.round((seconds / UNITS[unit]) * UNITS[chosen as Unit]));
          setUnit(chosen as Unit);
        }}
      />
    </>
  );
}

function unitOf(seconds: number): Unit {
  if (seconds % UNITS.days === 0) return "days";
  return seconds % UNITS.hours === 0 ? "hours" : "minutes";
}
