import { api, keys, type OrderRow } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, Time } from "@damso/ui";
import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch, IconShoppingBag } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { faceName } from "../../app/faceName.ts";
import { messageOf } from "../../app/messageOf.ts";
import { useKeys } from "../../app/useKeys.ts";
import layout from "../customers/customers.module.css";
import { OrderDrawer } from "../orders/OrderDrawer.tsx";
import { productsLine, standing } from "../orders/orderText.ts";
import { ProductPicture } from "../orders/ProductPicture.tsx";
import { CommerceTabs } from "./CommerceTabs.tsx";
import classes from "./commerce.module.css";
import { useRowWalk } from "./useRowWalk.ts";

const STATES = ["placed", "cancelled", "partly_refunded", "refunded"] as const;

export function OrdersPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { q?: string; state?: string; open?: string };
  const [text, setText] = useState(search.q ?? "");
  const [state, setState] = useState(search.state ?? "");
  const [opened, setOpened] = useState<string | null>(search.open ?? null);
  const [q] = useDebouncedValue(text.trim(), 150);
  const box = useRef<HTMLInputElement>(null);
  const body = useRowWalk();
  const query = useInfiniteQuery({
    queryKey: keys.orderList(q, state),
    queryFn: ({ pageParam, signal }) =>
      api.orders.list({ q: q || undefined, in_state: state || undefined, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const narrowed = q !== "" || state !== "";

  useEffect(() => {
    const given = { q: q || undefined, state: state || undefined, open: opened ?? undefined };
    void navigate({ to: "/orders", search: given, replace: true });
  }, [q, state, opened, navigate]);
  useKeys({ search: () => box.current?.focus() });

  return (
    <div className={layout.page}>
      <header className={layout.head}>
        <CommerceTabs at="orders" />
        <TextInput
          ref={box}
          className={layout.search}
          aria-label={t("orders.search")}
          placeholder={t("orders.search")}
          leftSection={<IconSearch size={16} stroke={1.6} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
        <Select
          className={classes.filter}
          aria-label={t("orders.state")}
          data={[
            { value: "", label: t("orders.all") },
            ...STATES.map((value) => ({ value, label: t(`order.state.${value}`) })),
          ]}
          value={state}
          allowDeselect={false}
          onChange={(value) => setState(value ?? "")}
        />
      </header>
      <div className={layout.scroll}>
        {query.isPending && <Skeleton label={t("state.loading")} rows={10} />}
        {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
        {query.isSuccess && rows.length === 0 && (
          <EmptyState
            icon={<IconShoppingBag size={32} stroke={1.4} />}
            title={t(narrowed ? "orders.noMatch" : "orders.emptyTitle")}
          >
            {t(narrowed ? "orders.noMatchText" : "orders.emptyText")}
          </EmptyState>
        )}
        {rows.length > 0 && (
          <table className={`${layout.table} ${classes.table}`}>
            <thead>
              <tr>
                <th scope="col">{t("orders.order")}</th>
                <th scope="col" className={classes.who}>
                  {t("orders.customer")}
                </th>
                <th scope="col" className={classes.short}>
                  {t("order.status")}
                </th>
                <th scope="col" className={layout.number}>
                  {t("order.total")}
                </th>
                <th scope="col" className={layout.number}>
                  {t("order.placedAt")}
                </th>
              </tr>
            </thead>
            <tbody ref={body}>
              {rows.map((row) => (
                <OrderLine key={row.id} row={row} onOpen={() => setOpened(row.id)} />
              ))}
            </tbody>
          </table>
        )}
        {query.hasNextPage && (
          <div className={layout.more}>
            <Button variant="subtle" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
              {t("action.more")}
            </Button>
          </div>
        )}
      </div>
      <OrderDrawer orderId={opened} onClose={() => setOpened(null)} />
    </div>
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
