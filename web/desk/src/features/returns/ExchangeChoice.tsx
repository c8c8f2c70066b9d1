import { api, keys, type OrderedProduct } from "@damso/api";
import { useText } from "@damso/i18n";
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

interface Props {
  line: OrderedProduct;
  value: string;
  onChange: (sku: string) => void;
}

/** What goes out in a line's place: its variants first, since they share its name. */
export function ExchangeChoice({ line, value, onChange }: Props) {
  const { t } = useText();
  const [text, setText] = useState(line.name);
  const [q] = useDebouncedValue(text.replace(/ \(.*| ·.*/, "").trim(), 200);
  const { data } = useQuery({
    queryKey: keys.productList(q, ""),
    queryFn: ({ signal }) => api.products.list({ q }, signal),
    placeholderData: keepPreviousData,
  });
  const found = data?.items.filter((one) => one.sold) ?? [];
  return (
    <Select
      mt={8}
      label={t("return.exchangeFor")}
      placeholder={t("products.search")}
      searchable
      // The server has searched already.
      filter={({ options }) => options}
      onSearchChange={setText}
      data={found.map((one) => ({
        value: one.sku,
        label: [
          one.variant ? `${one.name} (${one.variant})` : one.name,
          one.stock === null ? "" : t("products.left", { count: one.stock }),
        ]
          .filter(Boolean)
          .join(" · "),
      }))}
      nothingFoundMessage={t("products.noMatch")}
      value={value || null}
      onChange={(sku) => onChange(sku ?? "")}
    />
  );
}
