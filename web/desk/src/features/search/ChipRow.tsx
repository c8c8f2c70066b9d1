import { useText } from "@damso/i18n";
import { IconX } from "@tabler/icons-react";
import classes from "./search.module.css";

export interface ShownChip {
  id: string;
  name: string;
  value: string;
  onRemove?: () => void;
}

/** The conditions that hold, each readable and each with a way to take it off. */
export function ChipRow({ chips }: { chips: ShownChip[] }) {
  const { t } = useText();
  if (chips.length === 0) return null;
  return (
    <ul className={classes.chips} aria-label={t("search.conditions")}>
      {chips.map((chip) => (
        <li key={chip.id} className={classes.chip}>
          <span className={classes.chipName}>{chip.name}</span>
          <span className="cut">{chip.value}</span>
          {chip.onRemove && (
            <button
              type="button"
              className={classes.chipRemove}
              aria-label={t("search.removeCondition", { name: `${chip.name} ${chip.value}` })}
              onClick={chip.onRemove}
            >
              <IconX size={12} stroke={2} aria-hidden="true" />
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
