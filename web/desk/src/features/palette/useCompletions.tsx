import { api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar } from "@damso/ui";
import { useDebouncedValue } from "@mantine/hooks";
import { IconFilter } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { faceName } from "../../app/faceName.ts";
import { useMay } from "../../app/useMe.ts";
import { rememberName } from "../search/customerNames.ts";
import type { Given } from "../search/given.ts";
import { completionsFor, customerSought, readQuery } from "../search/operators.ts";
import { useOperators } from "../search/useOperators.ts";
import type { Line } from "./line.ts";

const MOST = 5;

/** Conditions that could be meant by what is being typed; `onCustomer` takes one who was chosen for `from:`. */
export function useCompletions(text: string, onCustomer: (given: Given) => void): Line[] {
  const { t } = useText();
  const operators = useOperators();
  const sought = customerSought(text, operators);
  const [name] = useDebouncedValue(sought?.name.trim() ?? "", 150);
  const customers = useQuery({
    queryKey: [...keys.customerList(name), "completion"],
    queryFn: ({ signal }) => api.customers.list({ q: name }, signal),
    enabled: useMay("customers.read") && sought !== null && name !== "",
    placeholderData: keepPreviousData,
  });
  const group = t("palette.conditions");
  if (sought) {
    const before = readQuery(sought.head, operators);
    const given: Given = Object.assign({}, ...before.chips.map((chip) => chip.given), {
      q: before.q || undefined,
    });
    return (name ? (customers.data?.items ?? []) : []).slice(0, MOST).map((row) => ({
      id: `from-${row.id}`,
      group,
      label: t("palette.saidBy", { name: faceName(row, t) }),
      mark: <Avatar name={faceName(row, t)} initials={row.initials} colour={row.colour} size={20} />,
      run: () => {
        rememberName(row.id, faceName(row, t));
        onCustomer({ ...given, customer: row.id });
      },
    }));
  }
  return completionsFor(text, operators).map((one) => ({
    id: `condition-${one.id}`,
    group,
    label: one.label,
    hint: one.whole ? undefined : t("palette.condition"),
    mark: <IconFilter size={16} stroke={1.6} />,
    text: one.text,
  }));
}
