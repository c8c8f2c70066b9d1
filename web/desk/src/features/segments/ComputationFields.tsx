import { useText } from "@damso/i18n";
import { Autocomplete, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { EventFields } from "./EventFields.tsx";
import { Period } from "./Period.tsx";
import { vocabularyQuery } from "./queries.ts";
import { type Computation, isBare, MEASURES } from "./rule.ts";
import classes from "./segments.module.css";

interface Props {
  computation: Computation;
  onChange: (computation: Computation) => void;
}

/** What is worked out, of which events, over which time. */
export function ComputationFields({ computation, onChange }: Props) {
  const { t } = useText();
  const { data } = useQuery(vocabularyQuery);
  const bare = isBare(computation.measure);
  return (
    <>
      <div className={classes.fields}>
        <Select
          label={t("computed.measure")}
          allowDeselect={false}
          data={MEASURES.map((value) => ({ value, label: t(`computed.measure.${value}`) }))}
          value={computation.measure}
          onChange={(chosen) => {
            const measure = MEASURES.find((one) => one === chosen);
            if (!measure) return;
            const { property, ...rest } = computation;
            onChange(isBare(measure) ? { ...rest, measure } : { ...rest, measure, property: property ?? "" });
          }}
        />
        {!bare && (
          <Autocomplete
            label={t("rule.property")}
            data={data?.properties ?? []}
            value={computation.property ?? ""}
            onChange={(property) => onChange({ ...computation, property })}
          />
        )}
      </div>
      <EventFields
        label={t("computed.event")}
        step={computation.event}
        onChange={(event) => onChange({ ...computation, event })}
      />
      <div className={classes.fields}>
        <Period
          window={computation.window ?? {}}
          modes={["ever", "last", "before"]}
          onChange={(window) => onChange({ ...computation, window })}
        />
      </div>
    </>
  );
}
