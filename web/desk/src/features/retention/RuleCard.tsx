import type { ClassOutlook, DryRun, RetentionRule } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { StateMark, Time } from "@damso/ui";
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { AgeBars } from "./AgeBars.tsx";
import { periodText } from "./periodText.ts";
import { RuleDialog } from "./RuleDialog.tsx";
import { recordsOf } from "./records.ts";
import classes from "./retention.module.css";
import { SwitchDialog } from "./SwitchDialog.tsx";

/** The rule of one class: its limit, how old its cases are, and what that means today. */
export function RuleCard({ rule, seen }: { rule: RetentionRule; seen: DryRun | null }) {
  const { t, format } = useText();
  const [dialog, setDialog] = useState<"change" | "switch" | null>(null);
  const found = seen?.classes.find((one) => one.record_class === rule.record_class);
  // What was seen under another period says nothing about this one.
  const outlook = found && found.days === rule.days && found.action === rule.action ? found : undefined;
  const name = t(`recordClass.${rule.record_class}`);
  const records = recordsOf(rule);
  const period = periodText(rule.days, t, format.number);
  return (
    <section className={classes.rule} aria-label={name}>
      <header className={classes.ruleHead}>
        <h3 className="bold grow">{name}</h3>
        <StateMark tone={rule.active ? "ok" : "off"}>
          {t(rule.active ? "retention.on" : "retention.off")}
        </StateMark>
        <Button data-size="small" onClick={() => setDialog("change")}>
          {t("action.edit")}
        </Button>
        <Button data-size="small" onClick={() => setDialog("switch")}>
          {t(rule.active ? "retention.switchOff" : "retention.switchOn")}
        </Button>
      </header>
      <p>
        {records
          ? t(`retention.since.${records}`, { period })
          : `${t("retention.keeps", { period })} · ${t(`retention.action.${rule.action}`)}`}
      </p>
      <p className="small muted">{rule.law}</p>
      {rule.explanation && <p className="small muted">{rule.explanation}</p>}
      {outlook && !records && <AgeBars outlook={outlook} />}
      {outlook && <Outlook outlook={outlook} ofRecords={Boolean(records)} />}
      {found && !outlook && <p className="small muted">{t("retention.stale")}</p>}
      {dialog === "change" && <RuleDialog rule={rule} onClose={() => setDialog(null)} />}
      {dialog === "switch" && (
        <SwitchDialog rule={rule} seen={seen} outlook={outlook} onClose={() => setDialog(null)} />
      )}
    </section>
  );
}

function Outlook({ outlook, ofRecords }: { outlook: ClassOutlook; ofRecords: boolean }) {
  const { t, format } = useText();
  const held = Object.entries(outlook.held_back);
  const number = (count: number) => format.number(count);
  return (
    <>
      <ul className={classes.figures}>
        <li className={outlook.now > 0 ? "bold" : undefined}>
          {t(ofRecords ? "retention.nowRecords" : "retention.now", { number: number(outlook.now) })}
        </li>
        <li>{t("retention.soon", { number: number(outlook.soon) })}</li>
        {outlook.action === "delete" && (
          <li>{t("retention.customers", { number: number(outlook.customers) })}</li>
        )}
        {held.map(([reason, count]) => (
          <li key={reason}>{t(`retention.held.${reason}` as TextKey, { number: number(count) })}</li>
        ))}
      </ul>
      {outlook.now > 0 && (
        <details className={classes.details}>
          <summary>{t(ofRecords ? "retention.moreMonths" : "retention.more")}</summary>
          <table className={classes.table}>
            <tbody>
              {outlook.brands.map((brand) => (
                <tr key={brand.brand_id}>
                  <th scope="row">{brand.name}</th>
                  <td className="num">{number(brand.count)}</td>
                </tr>
              ))}
              {outlook.months.map((month) => (
                <tr key={month.month}>
                  <th scope="row" className="num">
                    {month.month.slice(0, 7)}
                  </th>
                  <td className="num">{number(month.count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
      <Samples title={t("retention.samples")} samples={outlook.samples} />
      <Samples title={t("retention.heldSamples")} samples={outlook.held_samples} />
    </>
  );
}

function Samples({ title, samples }: { title: string; samples: ClassOutlook["samples"] }) {
  if (samples.length === 0) return null;
  return (
    <p className={`${classes.samples} small`}>
      <span className="muted">{title}</span>
      {samples.map((one) => (
        <Link
          key={one.id}
          to="/c/$conversationId"
          params={{ conversationId: one.id }}
          className={classes.sample}
        >
          <Time at={one.over_at} />
        </Link>
      ))}
    </p>
  );
}
