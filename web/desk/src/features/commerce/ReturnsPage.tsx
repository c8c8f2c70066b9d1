import { api, keys, type ReturnView } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Time } from "@damso/ui";
import { IconPackageImport } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { faceName } from "../../app/faceName.ts";
import layout from "../customers/customers.module.css";
import { OrderDrawer } from "../orders/OrderDrawer.tsx";
import { ReturnMark } from "../returns/ReturnCard.tsx";
import classes from "./commerce.module.css";
import { Choice, ListPage, useRows } from "./ListPage.tsx";

const STATES = ["open", "asked", "approved", "received", "closed", "all"] as const;

/** Returns that wait for somebody, and those that are over. */
export function ReturnsPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { state?: string };
  const [state, setState] = useState<string>(search.state ?? "open");
  const [opened, setOpened] = useState<ReturnView | null>(null);
  const list = useRows<ReturnView>(keys.returnList(state), (cursor, signal) =>
    api.returns.list({ in_state: state === "all" ? undefined : state, cursor }, signal),
  );
  useEffect(() => {
    const given = { state: state === "open" ? undefined : state };
    void navigate({ to: "/returns", search: given, replace: true });
  }, [state, navigate]);
  return (
    <ListPage
      at="returns"
      list={list}
      tools={
        <>
          <span className="grow" />
          <Choice
            label={t("orders.state")}
            data={STATES.map((value) => ({ value, label: t(`returns.${value}`) }))}
            value={state}
            onChange={setState}
          />
        </>
      }
      empty={
        <EmptyState
          icon={<IconPackageImport size={32} stroke={1.4} />}
          title={t(state === "open" ? "returns.emptyTitle" : "returns.noMatch")}
        >
          {t("returns.emptyText")}
        </EmptyState>
      }
      columns={[
        { label: t("returns.what") },
        { label: t("orders.customer"), className: classes.who },
        { label: t("order.status"), className: classes.short },
        { label: t("return.reason"), className: classes.short },
        { label: t("returns.askedAt"), className: layout.number },
      ]}
      line={(row) => <ReturnLine key={row.id} row={row} onOpen={() => setOpened(row)} />}
      bare
    >
      <OrderDrawer
        orderId={opened?.order_id ?? null}
        conversationId={opened?.conversation_id ?? undefined}
        onClose={() => setOpened(null)}
      />
    </ListPage>
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
