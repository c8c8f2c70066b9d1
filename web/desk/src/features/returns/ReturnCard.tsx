import type { ReturnMove, ReturnState, ReturnView } from "@damso/api";
import { useText } from "@damso/i18n";
import { StateMark, Time } from "@damso/ui";
import { Button } from "@mantine/core";
import { useState } from "react";
import { useMay } from "../../app/useMe.ts";
import { useStep } from "./queries.ts";
import classes from "./returns.module.css";
import { StepForm } from "./StepForm.tsx";

const TONES: Record<ReturnState, "ok" | "warn" | "danger" | "off" | "accent"> = {
  asked: "warn",
  approved: "accent",
  received: "accent",
  refused: "danger",
  refunded: "ok",
  exchanged: "ok",
  withdrawn: "off",
};

/** Steps that want more than a click. */
const WITH_WORDS: readonly ReturnMove[] = ["refused", "received", "refunded"];

export function ReturnMark({ state }: { state: ReturnState }) {
  const { t } = useText();
  return <StateMark tone={TONES[state]}>{t(`return.state.${state}`)}</StateMark>;
}

/** A return: what comes back, what the policy says, what happened, and what can be done now. */
export function ReturnCard({ one }: { one: ReturnView }) {
  const { t, format } = useText();
  const acts = useMay("commerce.returns");
  const step = useStep(one.id);
  const [opened, setOpened] = useState<ReturnMove | null>(null);
  return (
    <article className={classes.card} aria-label={t(`return.wanted.${one.wanted}`)}>
      <header className={classes.cardHead}>
        <strong>{t(`return.wanted.${one.wanted}`)}</strong>
        <ReturnMark state={one.state} />
        <span className="grow" />
        <Time at={one.asked_at} />
      </header>
      <ul>
        {one.lines.map((line) => (
          <li key={`${line.sku}${line.name}${line.exchange_sku}`}>
            {line.name}
            {line.variant && ` (${line.variant})`}{" "}
            <span className="num">{t("order.pieces", { count: line.quantity })}</span>
            {line.exchange && ` → ${line.exchange}`}
          </li>
        ))}
      </ul>
      <p className="small muted">
        {[
          t(`return.reason.${one.reason}`),
          t(`return.condition.${one.condition}`),
          one.place ? t("return.toPlace", { place: one.place }) : t("return.byPost"),
          t(`return.payer.${one.judged.payer}`),
        ].join(" · ")}
      </p>
      {one.note && <p className={classes.note}>{one.note}</p>}
      {(one.state === "asked" || one.state === "refused") && (
        <p className={classes.judged} data-verdict={one.judged.verdict}>
          {one.judged.said}
        </p>
      )}
      <ol className={classes.steps} aria-label={t("return.steps")}>
        {one.steps.map((move) => (
          <li key={`${move.state}${move.at}`}>
            {t(move.state === "asked" ? "return.begun" : `return.state.${move.state}`)} ·{" "}
            {move.by || t("return.byPolicy")} · <Time at={move.at} />
            {move.note && <span className="muted"> · {move.note}</span>}
          </li>
        ))}
      </ol>
      {one.amount && (
        <p className="small">
          {t("return.given", { amount: format.money(one.amount) })}
          {one.reference && ` · ${one.reference}`}
        </p>
      )}
      {acts && one.next.length > 0 && !opened && (
        <div className={classes.actions}>
          {sorted(one.next, one.wanted).map((to, index) => (
            <Button
              key={to}
              data-size="small"
              variant={index === 0 ? "filled" : "default"}
              disabled={step.isPending}
              onClick={() => (WITH_WORDS.includes(to) ? setOpened(to) : step.mutate({ to }))}
            >
              {t(one.state === "refused" ? "return.do.override" : `return.do.${to}`)}
            </Button>
          ))}
        </div>
      )}
      {opened && <StepForm one={one} to={opened} onClose={() => setOpened(null)} />}
    </article>
  );
}

const ORDER: ReturnMove[] = ["approved", "received", "refunded", "exchanged", "refused", "withdrawn"];

/** What is wanted comes first, what ends it comes last. */
function sorted(next: ReturnMove[], wanted: ReturnView["wanted"]): ReturnMove[] {
  const order = wanted === "exchange" ? ORDER.toSpliced(2, 2, "exchanged", "refunded") : ORDER;
  return next.toSorted((one, other) => order.indexOf(one) - order.indexOf(other));
}
