import type { SearchHit } from "@damso/api";
import { useText } from "@damso/i18n";
import { faceName } from "../../app/faceName.ts";
import type { ShownChip } from "./ChipRow.tsx";
import { nameOf } from "./customerNames.ts";
import type { Given } from "./given.ts";
import { useOperators } from "./useOperators.ts";

/** What narrows the search now, in words. */
export function useChips(given: Given, hits: SearchHit[], onChange: (change: Given) => void): ShownChip[] {
  const { t } = useText();
  const operators = useOperators();
  const chips: ShownChip[] = [];
  for (const operator of operators) {
    const { values } = operator;
    if (values === "day") {
      const day = given[operator.id as "from" | "to"];
      if (day) chips.push(chip(operator.id, operator.label, day, { [operator.id]: undefined }));
    } else if (values === "customer") {
      const hit = hits.find((one) => one.customer.id === given.customer);
      const name = given.customer && (nameOf(given.customer) ?? (hit && faceName(hit.customer, t)));
      if (given.customer)
        chips.push(
          chip(operator.id, operator.label, name ?? t("search.oneCustomer"), { customer: undefined }),
        );
    } else {
      const chosen = values.find((value) =>
        Object.entries(value.given).every(([field, wanted]) => given[field as keyof Given] === wanted),
      );
      const field = chosen && (Object.keys(chosen.given)[0] as keyof Given);
      if (chosen && field)
        chips.push(chip(operator.id, operator.label, chosen.label, { [field]: undefined }));
    }
  }
  return chips;

  function chip(id: string, name: string, value: string, off: Given): ShownChip {
    return { id, name, value, onRemove: () => onChange(off) };
  }
}
