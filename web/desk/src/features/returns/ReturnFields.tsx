import type { ReturnRequest } from "@damso/api";
import { useText } from "@damso/i18n";
import { NumberInput, Select } from "@mantine/core";
import classes from "./returns.module.css";

const REASONS = ["changed_mind", "faulty", "not_as_described", "wrong_item", "damaged_on_way"] as const;
const CONDITIONS = ["unopened", "opened", "used", "damaged"] as const;

interface CountProps {
  name: string;
  variant: string;
  /** How many can still come back. */
  open: number;
  value: number;
  onChange: (count: number) => void;
}

/** How many of a product come back. */
export function CountField({ name, variant, open, value, onChange }: CountProps) {
  const { t } = useText();
  return (
    <div className={classes.line} data-off={open === 0}>
      <span className="grow">
        {name}
        {variant && <span className="muted"> ({variant})</span>}
        <span className="small muted"> · {t("return.open", { count: open })}</span>
      </span>
      <NumberInput
        aria-label={t("return.count", { name })}
        w={84}
        min={0}
        max={open}
        clampBehavior="strict"
        allowDecimal={false}
        disabled={open === 0}
        value={value}
        onChange={(count) => onChange(Number(count) || 0)}
      />
    </div>
  );
}

export type Cause = Required<Pick<ReturnRequest, "reason" | "condition">>;

/** What a return begins with. */
export const FIRST_CAUSE: Cause = { reason: "changed_mind", condition: "unopened" };

/** Why something comes back, and how it is. */
export function CauseFields({ value, onChange }: { value: Cause; onChange: (cause: Cause) => void }) {
  const { t } = useText();
  return (
    <>
      <Select
        label={t("return.reason")}
        data={REASONS.map((reason) => ({ value: reason, label: t(`return.reason.${reason}`) }))}
        value={value.reason}
        allowDeselect={false}
        onChange={(reason) => reason && onChange({ ...value, reason })}
      />
      <Select
        label={t("return.condition")}
        data={CONDITIONS.map((condition) => ({
          value: condition,
          label: t(`return.condition.${condition}`),
        }))}
        value={value.condition}
        allowDeselect={false}
        onChange={(condition) => condition && onChange({ ...value, condition })}
      />
    </>
  );
}
