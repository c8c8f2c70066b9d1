import { useText } from "@damso/i18n";
import { Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { meantBy, OPS, type Op, typedOf, type Value } from "./rule.ts";

interface Props {
  op: Op;
  value: Value;
  onChange: (op: Op, value: Value) => void;
}

/** How a value is compared, and with what. What is typed stays as it is typed; what is meant by it goes out. */
export function Comparison({ op, value, onChange }: Props) {
  const { t } = useText();
  const [typed, setTyped] = useState(typedOf(value));
  return (
    <>
      <Select
        aria-label={t("rule.comparison")}
        allowDeselect={false}
        data={OPS.map((one) => ({ value: one, label: t(`rule.op.${one}`) }))}
        value={op}
        onChange={(chosen) => chosen && onChange(chosen as Op, meantBy(chosen as Op, typed))}
      />
      {op !== "exists" && op !== "missing" && (
        <TextInput
          aria-label={t("rule.value")}
          placeholder={op === "one_of" ? t("rule.choices") : t("rule.value")}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            onChange(op, meantBy(op, event.currentTarget.value));
          }}
        />
      )}
    </>
  );
}
