import type { CounterShop, CounterVisit } from "@damso/api";
import { useText } from "@damso/i18n";
import { StateMark } from "@damso/ui";
import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { BackForm } from "./BackForm.tsx";
import classes from "./counter.module.css";
import { SaleForm } from "./SaleForm.tsx";

interface Props {
  shop: CounterShop;
  visit: CounterVisit;
  onDone: () => void;
}

/** Whoever came, as little of them as the till needs, and what they are here for. */
export function VisitDesk({ shop, visit, onDone }: Props) {
  const { t } = useText();
  const [act, setAct] = useState<"sale" | "return">("sale");
  const proven = visit.person.known_by === "code";
  return (
    <>
      <div className={classes.person}>
        <span className="grow">
          <strong>{visit.person.name || t("counter.guest")}</strong>
          {visit.person.phone && <span className="muted num"> {visit.person.phone}</span>}
        </span>
        <StateMark tone={proven ? "ok" : "warn"}>{t(proven ? "counter.proven" : "counter.said")}</StateMark>
        <Button variant="subtle" onClick={onDone}>
          {t("counter.next")}
        </Button>
      </div>
      <SegmentedControl
        fullWidth
        aria-label={t("counter.what")}
        value={act}
        onChange={(value) => setAct(value as "sale" | "return")}
        data={[
          { value: "sale", label: t("counter.sale") },
          { value: "return", label: t("counter.return") },
        ]}
      />
      {act === "sale" ? (
        <SaleForm shop={shop} visit={visit} onDone={onDone} />
      ) : (
        <BackForm shop={shop} visit={visit} onDone={onDone} />
      )}
    </>
  );
}
