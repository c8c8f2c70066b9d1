import { api, keys, type OrderView, type ReturnRequest } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, toast } from "@damso/ui";
import { Button, SegmentedControl, Select, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { ExchangeChoice } from "./ExchangeChoice.tsx";
import { placesQuery } from "./queries.ts";
import { CauseFields, CountField, FIRST_CAUSE } from "./ReturnFields.tsx";
import classes from "./returns.module.css";

interface Props {
  order: OrderView;
  /** Of each line: how many can still come back. */
  open: Map<number, number>;
  conversationId?: string | undefined;
  onClose: () => void;
}

/** Opens a return of an order; what the policy says of it stands beside the button before it is pressed. */
export function ReturnForm({ order, open, conversationId, onClose }: Props) {
  const { t } = useText();
  const client = useQueryClient();
  const { data: places } = useQuery(placesQuery);
  const [key] = useState(() => crypto.randomUUID());
  const [counts, setCounts] = useState<Record<number, number>>({});
  const [exchanges, setExchanges] = useState<Record<number, string>>({});
  const [wanted, setWanted] = useState<"refund" | "exchange">("refund");
  const [cause, setCause] = useState(FIRST_CAUSE);
  const [place, setPlace] = useState("");
  const [arrived, setArrived] = useState("");
  const [note, setNote] = useState("");
  const shops = places?.filter((one) => one.kind === "shop") ?? [];
  const lines = order.lines
    .filter((line) => (counts[line.number] ?? 0) > 0)
    .map((line) => ({
      line: line.number,
      quantity: counts[line.number] ?? 0,
      exchange_sku: wanted === "exchange" ? (exchanges[line.number] ?? "") : "",
    }));
  const body: ReturnRequest = {
    key,
    lines,
    wanted,
    ...cause,
    return_to: place ? "shop" : "post",
    place,
    delivered_on: arrived || null,
    note: note.trim(),
    conversation_id: conversationId ?? null,
  };
  const whole = lines.length > 0 && (wanted === "refund" || lines.every((line) => line.exchange_sku));
  const current = JSON.stringify({ ...body, note: "" });
  const [asked] = useDebouncedValue(current, 250);
  const judged = useQuery({
    queryKey: [...keys.orderReturns(order.id), "judge", asked],
    queryFn: ({ signal }) => api.orders.judge(order.id, JSON.parse(asked), signal),
    enabled: whole && asked === current,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const ask = useMutation({
    mutationFn: () => api.orders.askReturn(order.id, body),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: keys.returns });
      toast(t(`return.made.${made.state === "approved" || made.state === "refused" ? made.state : "asked"}`));
      onClose();
    },
  });
  const error = ask.error ?? (whole ? judged.error : null);
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate();
      }}
    >
      <SegmentedControl
        aria-label={t("return.wanted")}
        value={wanted}
        onChange={(value) => setWanted(value as "refund" | "exchange")}
        data={[
          { value: "refund", label: t("return.wanted.refund") },
          { value: "exchange", label: t("return.wanted.exchange") },
        ]}
      />
      <ul className={classes.lines}>
        {order.lines.map((line) => (
          <li key={line.number}>
            <CountField
              name={line.name}
              variant={line.variant}
              open={open.get(line.number) ?? 0}
              value={counts[line.number] ?? 0}
              onChange={(count) => setCounts({ ...counts, [line.number]: count })}
            />
            {wanted === "exchange" && (counts[line.number] ?? 0) > 0 && (
              <ExchangeChoice
                line={line}
                value={exchanges[line.number] ?? ""}
                onChange={(sku) => setExchanges({ ...exchanges, [line.number]: sku })}
              />
            )}
          </li>
        ))}
      </ul>
      <div className={classes.pair}>
        <CauseFields value={cause} onChange={setCause} />
        <Select
          label={t("return.to")}
          data={[
            { value: "", label: t("return.byPost") },
            ...shops.map((shop) => ({ value: shop.key, label: shop.name })),
          ]}
          value={place}
          allowDeselect={false}
          onChange={(value) => setPlace(value ?? "")}
        />
        {!order.delivered_at && !order.place && (
          <TextInput
            type="date"
            label={t("return.arrived")}
            value={arrived}
            onChange={(event) => setArrived(event.currentTarget.value)}
          />
        )}
      </div>
      <Textarea
        label={t("return.note")}
        autosize
        minRows={2}
        maxLength={2000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {whole && judged.data && !error && (
        <p className={classes.judged} data-verdict={judged.data.verdict} role="status">
          <strong>{t(`return.verdict.${judged.data.verdict}`)}</strong> {judged.data.said}{" "}
          {t(`return.payer.${judged.data.payer}`)}
        </p>
      )}
      {error && <Notice tone="danger">{messageOf(error, t)}</Notice>}
      <div className={classes.actions}>
        <Button type="submit" variant="filled" disabled={!whole} loading={ask.isPending}>
          {t("return.ask")}
        </Button>
        <Button variant="subtle" onClick={onClose}>
          {t("action.cancel")}
        </Button>
      </div>
    </form>
  );
}
