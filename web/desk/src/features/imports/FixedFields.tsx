import type { TableColumns } from "@damso/api";
import { useText } from "@damso/i18n";
import { Select, TextInput } from "@mantine/core";
import settings from "../settings/settings.module.css";
import classes from "./imports.module.css";

const PURPOSES = ["service", "marketing", "night_marketing", "profiling", "overseas", "third_party"] as const;
const ASKED = ["event", "currency", "purpose", "channel", "given", "at", "proof"];

/** What holds for all rows unless somebody says otherwise. */
export function fixedAtFirst(product: string): Record<string, string> {
  if (product === "products") return { currency: "KRW" };
  return product === "consents" ? { purpose: "marketing", channel: "all" } : {};
}

interface Props {
  targets: TableColumns["targets"];
  values: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
}

/** Fields that no column says: the same for every row. */
export function FixedFields({ targets, values, onChange }: Props) {
  const { t } = useText();
  const asked = targets.filter((one) => ASKED.includes(one.key));
  if (asked.length === 0) return null;
  return (
    <section className={settings.section}>
      <h3 className={classes.fixedTitle}>{t("import.map.fixed")}</h3>
      <div className={classes.fixed}>
        {asked.map((one) => (
          <FixedField
            key={one.key}
            name={one.key}
            label={one.title}
            value={values[one.key] ?? ""}
            onChange={(value) => onChange({ ...values, [one.key]: value })}
          />
        ))}
      </div>
    </section>
  );
}

interface FieldProps {
  name: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
}

function FixedField({ name, label, value, onChange }: FieldProps) {
  const { t } = useText();
  const choices: Record<string, { value: string; label: string }[]> = {
    purpose: PURPOSES.map((one) => ({ value: one, label: t(`consent.purpose.${one}`) })),
    channel: (["all", "email", "sms", "phone"] as const).map((one) => ({
      value: one,
      label: t(`import.map.channel.${one}`),
    })),
    given: [
      { value: "yes", label: t("import.map.given") },
      { value: "no", label: t("import.map.withdrawn") },
    ],
  };
  if (choices[name]) {
    return (
      <Select
        label={label}
        data={choices[name]}
        value={value || null}
        onChange={(one) => onChange(one ?? "")}
      />
    );
  }
  return (
    <TextInput
      label={label}
      type={name === "at" ? "date" : "text"}
      maxLength={200}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
