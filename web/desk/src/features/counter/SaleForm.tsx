import { api, type CounterShop, type CounterVisit, type NewSale } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, toast } from "@damso/ui";
import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import classes from "./counter.module.css";

interface Props {
  shop: CounterShop;
  visit: CounterVisit;
  onDone: () => void;
}

/** A sale: the receipt's number, the amount, and by their codes what was sold. */
export function SaleForm({ shop, visit, onDone }: Props) {
  const { t } = useText();
  const [key] = useState(() => crypto.randomUUID());
  const [number, setNumber] = useState("");
  const [total, setTotal] = useState("");
  const [skus, setSkus] = useState("");
  const sell = useMutation({
    mutationFn: () => {
      const body: NewSale = {
        key,
        visit_id: visit.id,
        place: shop.key,
        number: number.trim(),
        total: total.trim() || null,
        products: skus
          .split(/[\s,]+/)
          .filter(Boolean)
          .map((sku) => ({ sku })),
      };
      return api.counter.sell(body);
    },
    onSuccess: (sold) => {
      toast(t("counter.sold", { number: sold.order_number }));
      onDone();
    },
  });
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        sell.mutate();
      }}
    >
      <TextInput
        autoFocus
        required
        label={t("counter.receipt")}
        value={number}
        maxLength={100}
        onChange={(event) => setNumber(event.currentTarget.value)}
      />
      <TextInput
        required
        label={t("counter.total")}
        inputMode="decimal"
        value={total}
        onChange={(event) => setTotal(event.currentTarget.value)}
      />
      <TextInput
        label={t("counter.skus")}
        description={t("counter.skusHint")}
        value={skus}
        onChange={(event) => setSkus(event.currentTarget.value)}
      />
      {sell.error && <Notice tone="danger">{messageOf(sell.error, t)}</Notice>}
      <Button type="submit" variant="filled" size="md" loading={sell.isPending}>
        {t("counter.sell")}
      </Button>
    </form>
  );
}
