import { api, keys, type ReturnPolicy } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton, toast } from "@damso/ui";
import { Button, NumberInput, Select, Switch } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "./Page.tsx";
import classes from "./settings.module.css";

const LAW = { days: 7, fault_days: 92 };

/** What the company gives beyond the law when something comes back. */
export function ReturnPolicyPage() {
  const { t } = useText();
  const query = useQuery({ queryKey: keys.returnPolicy, queryFn: api.returns.policy });
  return (
    <Page title={t("settings.returnPolicy")} lead={t("returnPolicy.lead")}>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data && <Rules key={JSON.stringify(query.data)} before={query.data} />}
    </Page>
  );
}

function Rules({ before }: { before: ReturnPolicy }) {
  const { t } = useText();
  const client = useQueryClient();
  const [rules, setRules] = useState(before);
  const save = useMutation({
    mutationFn: () => api.returns.changePolicy(rules),
    onSuccess: (after) => {
      client.setQueryData(keys.returnPolicy, after);
      toast(t("settings.saved"));
    },
  });
  const set = (change: Partial<ReturnPolicy>) => setRules({ ...rules, ...change });
  const days = (name: "days" | "shop_days" | "fault_days", least: number) => (
    <NumberInput
      label={t(`returnPolicy.${name}`)}
      description={t(`returnPolicy.${name}Hint`)}
      suffix={t("returnPolicy.daysUnit")}
      min={least}
      max={3650}
      allowDecimal={false}
      value={rules[name] ?? least}
      error={(rules[name] ?? least) < least ? t("returnPolicy.law", { days: least }) : undefined}
      onChange={(value) => set({ [name]: Number(value) || 0 })}
    />
  );
  const choice = (name: "check_faults" | "online_to_shop" | "shop_by_post" | "exchanges") => (
    <Switch
      label={t(`returnPolicy.${name}`)}
      checked={rules[name] ?? false}
      onChange={(event) => set({ [name]: event.currentTarget.checked })}
    />
  );
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {days("days", LAW.days)}
      <Select
        label={t("returnPolicy.counted_from")}
        description={t("returnPolicy.counted_fromHint")}
        data={(["delivered", "placed"] as const).map((value) => ({
          value,
          label: t(`returnPolicy.from.${value}`),
        }))}
        value={rules.counted_from ?? "delivered"}
        allowDeselect={false}
        onChange={(value) => value && set({ counted_from: value as "delivered" })}
      />
      {days("shop_days", 0)}
      {days("fault_days", LAW.fault_days)}
      {choice("check_faults")}
      <Select
        label={t("returnPolicy.used")}
        description={t("returnPolicy.usedHint")}
        data={(["person", "refused"] as const).map((value) => ({
          value,
          label: t(`returnPolicy.used.${value}`),
        }))}
        value={rules.used ?? "person"}
        allowDeselect={false}
        onChange={(value) => value && set({ used: value as "person" })}
      />
      <Select
        label={t("returnPolicy.payer")}
        description={t("returnPolicy.payerHint")}
        data={(["customer", "company"] as const).map((value) => ({
          value,
          label: t(`returnPolicy.payer.${value}`),
        }))}
        value={rules.payer ?? "customer"}
        allowDeselect={false}
        onChange={(value) => value && set({ payer: value as "customer" })}
      />
      {choice("online_to_shop")}
      {choice("shop_by_post")}
      {choice("exchanges")}
      {save.error && <Notice tone="danger">{messageOf(save.error, t)}</Notice>}
      <div className={classes.actions}>
        <Button type="submit" variant="filled" loading={save.isPending}>
          {t("action.save")}
        </Button>
      </div>
    </form>
  );
}
