import { api, type CounterVisit, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton } from "@damso/ui";
import { Select } from "@mantine/core";
import { IconBuildingStore } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { CommerceTabs } from "../commerce/CommerceTabs.tsx";
import layout from "../customers/customers.module.css";
import classes from "./counter.module.css";
import { VisitDesk } from "./VisitDesk.tsx";
import { WhoCame } from "./WhoCame.tsx";

const SHOP = "damso.counter.shop";

/** A shop's till: who came, what they buy, what they bring back. */
export function CounterPage() {
  const { t } = useText();
  const {
    data: shops,
    error,
    isPending,
  } = useQuery({ queryKey: keys.counterShops, queryFn: api.counter.shops });
  const [place, setPlace] = useState(() => localStorage.getItem(SHOP) ?? "");
  const [visit, setVisit] = useState<CounterVisit | null>(null);
  const here = shops?.find((one) => one.key === place) ?? shops?.[0];
  return (
    <div className={layout.page}>
      <header className={layout.head}>
        <CommerceTabs at="counter" />
        <span className="grow" />
        {shops && shops.length > 1 && (
          <Select
            aria-label={t("counter.shop")}
            className={classes.shops}
            data={shops.map((one) => ({ value: one.key, label: one.name }))}
            value={here?.key ?? null}
            allowDeselect={false}
            onChange={(value) => {
              if (!value) return;
              localStorage.setItem(SHOP, value);
              setPlace(value);
              setVisit(null);
            }}
          />
        )}
      </header>
      <div className={layout.scroll}>
        <div className={classes.till}>
          {isPending && <Skeleton label={t("state.loading")} rows={4} />}
          {error && <Notice tone="danger">{messageOf(error, t)}</Notice>}
          {shops?.length === 0 && (
            <EmptyState icon={<IconBuildingStore size={32} stroke={1.4} />} title={t("counter.noShops")}>
              {t("counter.noShopsText")}
            </EmptyState>
          )}
          {here && !visit && <WhoCame shop={here} onCame={setVisit} />}
          {here && visit && <VisitDesk shop={here} visit={visit} onDone={() => setVisit(null)} />}
        </div>
      </div>
    </div>
  );
}
