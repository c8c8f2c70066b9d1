import { api, keys, type ReturnView } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, Time } from "@damso/ui";
import { Button, Select } from "@mantine/core";
import { IconPackageImport } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { faceName } from "../../app/faceName.ts";
import { messageOf } from "../../app/messageOf.ts";
import layout from "../customers/customers.module.css";
import { OrderDrawer } from "../orders/OrderDrawer.tsx";
import { ReturnMark } from "../returns/ReturnCard.tsx";
import { CommerceTabs } from "./CommerceTabs.tsx";
import classes from "./commerce.module.css";
import { useRowWalk } from "./useRowWalk.ts";

const STATES = ["open", "asked", "approved", "received", "closed", "all"] as const;

/** Returns that wait for somebody, and those that are over. */
export function ReturnsPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { state?: string };
  const [state, setState] = useState<string>(search.state ?? "open");
  const [opened, setOpened] = useState<ReturnView | null>(null);
  const body = useRowWalk();
  const query = useInfiniteQuery({
    queryKey: keys.returnList(state),
    queryFn: ({ pageParam, signal }) =>
      api.returns.list({ in_state: state === "all" ? undefined : state, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  useEffect(() => {
    const given = { state: state === "open" ? undefined : state };
    void navigate({ to: "/returns", search: given, replace: true });
  }, [state, navigate]);
  return (
    <div className={layout.page}>
      <header className={layout.head}>
        <CommerceTabs at="returns" />
        <span className="grow" />
        <Select
          className={classes.filter}
          aria-label={t("orders.state")}
          data={STATES.map((value) => ({ value, label: t(`returns.${value}`) }))}
          value={state}
          allowDeselect={false}
          onChange={(value) => value && setState(value)}
        />
      </header>
      <div className={layout.scroll}>
        {query.isPending && <Skeleton label={t("state.loading")} rows={10} />}
        {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
        {query.isSuccess && rows.length === 0 && (
          <EmptyState
            icon={<IconPackageImport size={32} stroke={1.4} />}
            title={t(state === "open" ? "returns.emptyTitle" : "returns.noMatch")}
          >
            {t("returns.emptyText")}
          </EmptyState>
        )}
        {rows.length > 0 && (
          <table className={`${layout.table} ${classes.table}`} data-bare>
            <thead>
              <tr>
                <th scope="col">{t("returns.what")}</th>
                <th scope="col" className={classes.who}>
                  {t("orders.customer")}
                </th>
                <th scope="col" className={classes.short}>
                  {t("order.status")}
                </th>
                <th scope="col" className={classes.short}>
                  {t("return.reason")}
                </th>
                <th scope="col" className={layout.number}>
                  {t("returns.askedAt")}
                </th>
              </tr>
            </thead>
            <tbody ref={body}>
              {rows.map((row) => (
                <ReturnLine key={row.id} row={row} onOpen={() => setOpened(row)} />
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
      <OrderDrawer
        orderId={opened?.order_id ?? null}
        conversationId={opened?.conversation_id ?? undefined}
        onClose={() => setOpened(null)}
      />
    </div>
  );
}

function ReturnLine({ row, onOpen }: { row: ReturnView; onOpen: () => void }) {
  const { t } = useText();
  const first = row.lines[0];
  const named = first
    ? row.lines.length > 1
      ? t("order.andMore", { name: first.name, count: row.lines.length - 1 })
      : first.name
    : row.order_number;
  return (
    <tr className={layout.row}>
      <td>
        <button type="button" data-walk className={`${layout.name} ${classes.open}`} onClick={onOpen}>
          <span className={classes.what}>
            <span className="cut">
              {t(`return.wanted.${row.wanted}`)} · {named}
            </span>
            <span className="small muted cut">
              {[row.order_number, row.place || t("return.byPost")].join(" · ")}
            </span>
          </span>
        </button>
      </td>
      <td className={`${classes.who} cut`}>
        <Link to="/customers/$customerId" params={{ customerId: row.customer.id }} className={classes.link}>
          {faceName(row.customer, t)}
        </Link>
      </td>
      <td className={classes.short}>
        <ReturnMark state={row.state} />
      </td>
      <td className={`${classes.short} ${classes.reason} muted`}>{t(`return.reason.${row.reason}`)}</td>
      <td className={`${layout.number} ${classes.placed} muted`}>
        <Time at={row.asked_at} />
      </td>
    </tr>
  );
}
