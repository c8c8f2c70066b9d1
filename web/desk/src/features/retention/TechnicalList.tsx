import { api, keys, type TechnicalRule } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { toast, toastError } from "@damso/ui";
import { NumberInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import settings from "../settings/settings.module.css";
import classes from "./retention.module.css";

const FIXED = ["files", "sessions", "answers", "log"] as const;

/** What only serves the technique: some has a period of its own, the rest goes by itself. */
export function TechnicalList({ rules, months }: { rules: TechnicalRule[]; months: number }) {
  const { t } = useText();
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t("technical.title")}</h3>
      <p className={settings.sectionLead}>{t("technical.lead")}</p>
      <ul className={settings.rows}>
        {rules.map((rule) => (
          <TechnicalRow key={rule.kind} rule={rule} />
        ))}
        <li className={settings.row}>
          <div className={settings.rowBody}>
            {t("technical.records")}
            <div className="small muted">{t("technical.recordsText")}</div>
          </div>
          <Link to={"/settings/integrity" as never}>{t("technical.months", { months: String(months) })}</Link>
        </li>
        <Fixed of={FIXED} />
      </ul>
    </section>
  );
}

function Fixed({ of }: { of: readonly (typeof FIXED)[number][] }) {
  const { t } = useText();
  return of.map((one) => (
    <li key={one} className={settings.row}>
      <div className={settings.rowBody}>{t(`technical.${one}`)}</div>
      <span className="muted">{t(`technical.${one}For` as TextKey)}</span>
    </li>
  ));
}

function TechnicalRow({ rule }: { rule: TechnicalRule }) {
  const { t } = useText();
  const client = useQueryClient();
  const [days, setDays] = useState<number | null>(rule.days);
  const save = useMutation({
    mutationFn: (wanted: number) => api.retention.keepTechnical(rule.kind, wanted),
    onSuccess: () => {
      toast(t("settings.saved"));
      void client.invalidateQueries({ queryKey: keys.retentionRules });
    },
    onError: (error) => {
      setDays(rule.days);
      toastError(messageOf(error, t));
    },
  });
  const name = t(`technical.${rule.kind}`);
  return (
    <li className={settings.row}>
      <div className={settings.rowBody}>
        {name}
        <div className="small muted">
          {t(`technical.${rule.kind}Text`)} {rule.may_stay && t("technical.zero")}
        </div>
      </div>
      <NumberInput
        className={classes.days}
        aria-label={`${name} (${t("technical.unit")})`}
        suffix={` ${t("technical.unit")}`}
        min={0}
        max={3660}
        allowDecimal={false}
        value={days ?? ""}
        onChange={(value) => setDays(typeof value === "number" ? value : null)}
        onBlur={() => days !== null && days !== rule.days && save.mutate(days)}
      />
    </li>
  );
}
