import { api, keys, type OrderRow } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Time } from "@damso/ui";
import { useDebouncedValue } from "@mantine/hooks";
import { IconShoppingBag } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { faceName } from "../../app/faceName.ts";
import layout from "../customers/customers.module.css";
import { OrderDrawer } from "../orders/OrderDrawer.tsx";
import { productsLine, standing } from "../orders/orderText.ts";
import { ProductPicture } from "../orders/ProductPicture.tsx";
import classes from "./commerce.module.css";
import { Choice, ListPage, SearchBox, useRows } from "./ListPage.tsx";

const STATES = ["placed", "cancelled", "partly_refunded", "refunded"] as const;

/** What was ordered, and where it stands. */
export function OrdersPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { q?: string; state?: string; open?: string };
  const [text, setText] = useState(search.q ?? "");
  const [state, setState] = useState(search.state ?? "");
  const [opened, setOpened] = useState<string | null>(search.open ?? null);
  const [q] = useDebouncedValue(text.trim(), 150);
  const list = useRows<OrderRow>(keys.orderList(q, state), (cursor, signal) =>
    api.orders.list({ q: q || undefined, in_state: state || undefined, cursor }, signal),
  );
  const narrowed = q !== "" || state !== "";

  useEffect(() => {
    const given = { q: q || undefined, state: state || undefined, open: opened ?? undefined };
    void navigate({ to: "/orders", search: given, replace: true });
  }, [q, state, opened, navigate]);

  return (
    <ListPage
      at="orders"
      list={list}
      tools={
        <>
          <SearchBox label={t("orders.search")} value={text} onChange={setText} />
          <Choice
            label={t("orders.state")}
            data={[
              { value: "", label: t("orders.all") },
              ...STATES.map((value) => ({ value, label: t(`order.state.${value}`) })),
            ]}
            value={state}
            onChange={setState}
          />
        </>
      }
      empty={
        <EmptyState
          icon={<IconShoppingBag size={32} stroke={1.4} />}
          title={t(narrowed ? "orders.noMatch" : "orders.emptyTitle")}
        >
          {t(narrowed ? "orders.noMatchText" : "orders.emptyText")}
        </EmptyState>
      }
      columns={[
        { label: t("orders.order") },
        { label: t("orders.customer"), className: classes.who },
        { label: t("order.status"), className: classes.short },
        { label: t("order.total"), className: layout.number },
        { label: t("order.placedAt"), className: layout.number },
      ]}
      line={(row) => <OrderLine key={row.id} row={row} onOpen={() => setOpened(row.id)} />}
    >
      <OrderDrawer orderId={opened} onClose={() => setOpened(null)} />
    </ListPage>
  );
}

function OrderLine({ row, onOpen }: { row: OrderRow; onOpen: () => void }) {
  const { t, format } = useText();
  const products = productsLine(row, t);
  return (
    <tr className={layout.row}>
      <td>
        <button type="button" data-walk className={`${layout.name} ${classes.open}`} onClick={onOpen}>
          <ProductPicture line={row.lines[0]} />
          <span className={classes.what}>
            <span className="cut">{products || row.number}</span>
            <span className="small muted cut">
              {[products && row.number, row.place || row.shop].filter(Boolean).join(" · ")}
            </span>
          </span>
        </button>
      </td>
      <td className={`${classes.who} cut`}>
        <Link to="/customers/$customerId" params={{ customerId: row.customer.id }} className={classes.link}>
          {faceName(row.customer, t)}
        </Link>
      </td>
      <td className={classes.short} data-state={row.state}>
        {standing(row, t)}
        {row.trust === "claimed" && <span className="small muted"> · {t("order.claimedMark")}</span>}
      </td>
      <td className={`${layout.number} ${classes.sum} num`}>{format.money(row.total)}</td>
      <td className={`${layout.number} ${classes.placed} muted`}>
        <Time at={row.placed_at} />
      </td>
    </tr>
  );
}
