import type { ColumnUse, TableColumn, TableColumns } from "@damso/api";
import { useText } from "@damso/i18n";
import { Select, TextInput } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import classes from "./imports.module.css";

const NOTHING = "-";
const READINGS = ["auto", "text", "number", "date", "yes_no"] as const;

interface Props {
  column: TableColumn;
  use: ColumnUse;
  targets: TableColumns["targets"];
  /** Begins the target of a column that is kept as a property; empty where none can be. */
  free: string;
  onChange: (use: ColumnUse) => void;
}

/** One column: its name and what stands in it, and what it is taken for. */
export function ColumnRow({ column, use, targets, free, onChange }: Props) {
  const { t } = useText();
  const target = use.target ?? "";
  const kept = free !== "" && target.startsWith(free);
  const others = [
    { value: NOTHING, label: t("import.map.nothing") },
    ...(free ? [{ value: free, label: t("import.map.property") }] : []),
  ];
  return (
    <li className={classes.column} data-left-out={target === ""}>
      <div className={classes.columnName}>
        <div className="cut">{column.name}</div>
        <div className="small muted cut">{column.samples.join(" · ") || t("import.map.empty")}</div>
      </div>
      <IconArrowRight className={classes.columnArrow} size={16} stroke={1.6} aria-hidden />
      <div className={classes.columnUse}>
        <Select
          aria-label={t("import.map.takenFor", { column: column.name })}
          data={[
            {
              group: t("import.map.fields"),
              items: targets.map((one) => ({ value: one.key, label: one.title })),
            },
            { group: t("import.map.else"), items: others },
          ]}
          value={kept ? free : target || NOTHING}
          allowDeselect={false}
          searchable
          onChange={(value) =>
            onChange({
              ...use,
              target:
                value === NOTHING
                  ? ""
                  : value === free
                    ? `${free}${column.name}`.slice(0, 120)
                    : (value ?? ""),
            })
          }
        />
        {kept && (
          <div className={classes.columnProperty}>
            <TextInput
              aria-label={t("import.map.propertyName", { column: column.name })}
              value={target.slice(free.length)}
              maxLength={100}
              onChange={(event) => onChange({ ...use, target: free + event.currentTarget.value })}
            />
            <Select
              aria-label={t("import.map.reading", { column: column.name })}
              data={READINGS.map((one) => ({ value: one, label: t(`import.map.reading.${one}`) }))}
              value={use.reading ?? "auto"}
              allowDeselect={false}
              onChange={(value) =>
                onChange({ ...use, reading: (value ?? "auto") as (typeof READINGS)[number] })
              }
            />
          </div>
        )}
      </div>
    </li>
  );
}
