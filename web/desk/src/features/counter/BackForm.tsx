import {
  api,
  type CounterReturn,
  type CounterReturned,
  type CounterShop,
  type CounterVisit,
  keys,
} from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, Time } from "@damso/ui";
import { Button, NumberInput, Select } from "@mantine/core";
import { IconQrcode } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import marks from "../returns/returns.module.css";
import classes from "./counter.module.css";

const REASONS = ["changed_mind", "faulty", "not_as_described", "wrong_item", "damaged_on_way"] as const;
const CONDITIONS = ["unopened", "opened", "used", "damaged"] as const;

interface Props {
  shop: CounterShop;
  visit: CounterVisit;
  onDone: () => void;
}

/** What somebody brings back, out of the orders of whoever has shown their code. */
export function BackForm({ shop, visit, onDone }: Props) {
  const { t } = useText();
  const proven = visit.person.known_by === "code";
  const key = useRef(crypto.randomUUID());
  const { data: orders, error } = useQuery({
    queryKey: keys.visitOrders(visit.id),
    queryFn: () => api.counter.orders(visit.id),
    enabled: proven,
    staleTime: 0,
  });
  const [number, setNumber] = useState("");
  const [counts, setCounts] = useState<Record<number, number>>({});
  const [reason, setReason] = useState<CounterReturn["reason"]>("changed_mind");
  const [condition, setCondition] = useState<CounterReturn["condition"]>("unopened");
  const order = orders?.find((one) => one.number === number) ?? orders?.[0];
  const lines = order?.lines
    .filter((line) => (counts[line.line] ?? 0) > 0)
    .map((line) => ({ line: line.line, quantity: counts[line.line] ?? 0 }));
  const back = useMutation({
    mutationFn: () =>
      api.counter.giveBack({
        key: key.current,
        visit_id: visit.id,
        place: shop.key,
        order_number: order?.number ?? "",
        lines: lines ?? [],
        reason,
        condition,
      }),
    onError: () => {
      key.current = crypto.randomUUID();
    },
  });
  if (back.data) return <Outcome done={back.data} onDone={onDone} />;
  if (!proven)
    return (
      <EmptyState icon={<IconQrcode size={32} stroke={1.4} />} title={t("counter.codeNeeded")}>
        {t("counter.codeNeededText")}
      </EmptyState>
    );
  if (error) return <Notice tone="danger">{messageOf(error, t)}</Notice>;
  if (!orders) return <Skeleton label={t("state.loading")} rows={4} />;
  if (!order) return <EmptyState title={t("counter.nothingBack")}>{t("counter.nothingBackText")}</EmptyState>;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        back.mutate();
      }}
    >
      <Select
        label={t("orders.order")}
        data={orders.map((one) => ({
          value: one.number,
          label: one.shop ? `${one.number} · ${one.shop}` : one.number,
        }))}
        value={order.number}
        allowDeselect={false}
        onChange={(value) => {
          setNumber(value ?? "");
          setCounts({});
        }}
      />
      <p className="small muted">
        {t("order.placedAt")} <Time at={order.placed_at} as="moment" />
      </p>
      <ul className={marks.lines}>
        {order.lines.map((line) => (
          <li key={line.line} className={marks.line}>
            <span className="grow">
              {line.name || line.sku}
              {line.variant && <span className="muted"> ({line.variant})</span>}
              <span className="small muted"> · {t("return.open", { count: line.open })}</span>
            </span>
            <NumberInput
              aria-label={t("return.count", { name: line.name || line.sku })}
              w={84}
              min={0}
              max={line.open}
              clampBehavior="strict"
              allowDecimal={false}
              value={counts[line.line] ?? 0}
              onChange={(value) => setCounts({ ...counts, [line.line]: Number(value) || 0 })}
            />
          </li>
        ))}
      </ul>
      <div className={marks.pair}>
        <Select
          label={t("return.reason")}
          data={REASONS.map((value) => ({ value, label: t(`return.reason.${value}`) }))}
          value={reason ?? null}
          allowDeselect={false}
          onChange={(value) => value && setReason(value)}
        />
        <Select
          label={t("return.condition")}
          data={CONDITIONS.map((value) => ({ value, label: t(`return.condition.${value}`) }))}
          value={condition ?? null}
          allowDeselect={false}
          onChange={(value) => value && setCondition(value)}
        />
      </div>
      {back.error && <Notice tone="danger">{messageOf(back.error, t)}</Notice>}
      <Button type="submit" variant="filled" size="md" disabled={!lines?.length} loading={back.isPending}>
        {t("counter.take")}
      </Button>
    </form>
  );
}

function Outcome({ done, onDone }: { done: CounterReturned; onDone: () => void }) {
  const { t } = useText();
  const told = done.state === "received" || done.state === "refused" ? done.state : "asked";
  return (
    <div className={classes.form} role="status">
      <p className={marks.judged} data-verdict={done.judged.verdict}>
        <strong>{t(`counter.outcome.${told}`)}</strong> {done.judged.said}
      </p>
      <Button variant="filled" size="md" autoFocus onClick={onDone}>
        {t("counter.next")}
      </Button>
    </div>
  );
}
