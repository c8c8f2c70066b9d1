import { useText } from "@damso/i18n";
import { IconButton } from "@damso/ui";
import { Autocomplete, Button } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Comparison } from "./Comparison.tsx";
import { vocabularyQuery } from "./queries.ts";
import type { Condition, Step } from "./rule.ts";
import classes from "./segments.module.css";

interface Props {
  label?: string;
  step: Step;
  onChange: (step: Step) => void;
}

/** An event by its name, and what its properties must be. */
export function EventFields({ label, step, onChange }: Props) {
  const { t } = useText();
  const { data } = useQuery(vocabularyQuery);
  const where = step.where ?? [];
  const name = (typed: string) => {
    const ours = data?.care.includes(typed) && !data.tracked.includes(typed);
    onChange({ ...step, name: typed, stream: ours ? "care" : "tracked" });
  };
  const [removals, setRemovals] = useState(0);
  const replace = (place: number, condition: Condition | null) => {
    if (!condition) setRemovals(removals + 1);
    onChange({
      ...step,
      where: where.flatMap((one, at) => (at !== place ? [one] : condition ? [condition] : [])),
    });
  };
  return (
    <div className={classes.event}>
      <div className={classes.fields}>
        <Autocomplete
          className={classes.wide}
          label={label}
          aria-label={label ?? t("rule.event")}
          placeholder={t("rule.event")}
          data={[
            ...(data?.tracked ?? []),
            ...(data?.care ?? []).filter((one) => !data?.tracked.includes(one)),
          ]}
          value={step.name}
          onChange={name}
        />
        {step.name && (
          <Button
            data-size="small"
            variant="subtle"
            leftSection={<IconPlus size={14} stroke={1.8} />}
            onClick={() => onChange({ ...step, where: [...where, { property: "", op: "is", value: "" }] })}
          >
            {t("rule.where")}
          </Button>
        )}
      </div>
      {where.map((one, place) => (
        <div key={`${removals} ${place}`} className={`${classes.fields} ${classes.where}`}>
          <Autocomplete
            aria-label={t("rule.property")}
            placeholder={t("rule.property")}
            data={data?.properties ?? []}
            value={one.property}
            onChange={(property) => replace(place, { ...one, property })}
          />
          <Comparison
            op={one.op}
            value={one.value}
            onChange={(op, value) => replace(place, { ...one, op, value })}
          />
          <IconButton label={t("rule.whereRemove")} size={24} onClick={() => replace(place, null)}>
            <IconX size={12} />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
