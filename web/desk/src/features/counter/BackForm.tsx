import { api, type CounterReturned, type CounterShop, type CounterVisit, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, Time } from "@damso/ui";
import { Button, Select } from "@mantine/core";
import { IconQrcode } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { CauseFields, CountField, FIRST_CAUSE } from "../returns/ReturnFields.tsx";
import marks from "../returns/returns.module.css";
import classes from "./counter.module.css";

interface Props {
  shop: CounterShop;
  visit: CounterVisit;
  onDone: () => void;
}

/** What somebody brings back, out of the orders of whoever has shown their code. */
export function BackForm({ shop, visit, onDone }: Props) {
  const { t } = useText();
  const proven = visit.person.known_by === "code";
  const [key] = useState(() => crypto.randomUUID());
  const { data: orders, error } = useQuery({
    queryKey: keys.visitOrders(visit.id),
    queryFn: () => api.counter.orders(visit.id),
    enabled: proven,
    staleTime: 0,
  });
  const [number, setNumber] = useState("");
  const [counts, setCounts] = useState<Record<number, number>>({});
  const [cause, setCause] = useState(FIRST_CAUSE);
  const order = orders?.find((one) => one.number === number) ?? orders?.[0];
  const lines = order?.lines
    .filter((line) => (counts[line.line] ?? 0) > 0)
    .map((line) => ({ line: line.line, quantity: counts[line.line] ?? 0 }));
  const back = useMutation({
    mutationFn: () =>
      api.counter.giveBack({
        key,
        visit_id: visit.id,
        place: shop.key,
        order_number: order?.number ?? "",
        lines: lines ?? [],
        ...cause,
      }),
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
          <li key={line.line}>
            <CountField
              name={line.name || line.sku}
              variant={line.variant}
              open={line.open}
              value={counts[line.line] ?? 0}
              onChange={(count) => setCounts({ ...counts, [line.line]: count })}
            />
          </li>
        ))}
      </ul>
      <div className={marks.pair}>
        <CauseFields value={cause} onChange={setCause} />
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
