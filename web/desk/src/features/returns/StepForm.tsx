import type { ReturnMove, ReturnView } from "@damso/api";
import { useText } from "@damso/i18n";
import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { placesQuery, useStep } from "./queries.ts";
import classes from "./returns.module.css";

/** What goes with a step: where the goods are, what the shop's system gave back, or why it is refused. */
export function StepForm({ one, to, onClose }: { one: ReturnView; to: ReturnMove; onClose: () => void }) {
  const { t } = useText();
  const step = useStep(one.id);
  const { data: places } = useQuery({ ...placesQuery, enabled: to === "received" });
  const [place, setPlace] = useState("");
  const [amount, setAmount] = useState("");
  const [reference, setReference] = useState("");
  const [note, setNote] = useState("");
  const shops = places?.filter((one) => one.kind === "shop") ?? [];
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        step.mutate(
          { to, place, amount: amount.trim() || null, reference: reference.trim(), note },
          { onSuccess: onClose },
        );
      }}
    >
      {to === "received" && (
        <Select
          label={t("return.receivedAt")}
          data={[
            { value: "", label: t("return.byPost") },
            ...shops.map((shop) => ({ value: shop.key, label: shop.name })),
          ]}
          value={place}
          allowDeselect={false}
          onChange={(value) => setPlace(value ?? "")}
        />
      )}
      {to === "refunded" && (
        <>
          <p className="small muted">{t("return.moneyLead")}</p>
          <div className={classes.pair}>
            <TextInput
              label={t("return.amount")}
              inputMode="decimal"
              value={amount}
              onChange={(event) => setAmount(event.currentTarget.value)}
            />
            <TextInput
              label={t("return.reference")}
              value={reference}
              maxLength={200}
              onChange={(event) => setReference(event.currentTarget.value)}
            />
          </div>
        </>
      )}
      <Textarea
        data-autofocus
        label={t(to === "refused" ? "return.refusedWhy" : "return.note")}
        autosize
        minRows={2}
        maxLength={2000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <div className={classes.actions}>
        <Button type="submit" variant="filled" data-size="small" loading={step.isPending}>
          {t(`return.do.${to}`)}
        </Button>
        <Button variant="subtle" data-size="small" onClick={onClose}>
          {t("action.cancel")}
        </Button>
      </div>
    </form>
  );
}
