import type { OrderRow } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Time } from "@damso/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import panel from "../customers/panel.module.css";
import { OrderDrawer } from "./OrderDrawer.tsx";
import classes from "./orders.module.css";
import { productsLine, standing } from "./orderText.ts";
import { ProductPicture } from "./ProductPicture.tsx";
import { customerOrdersQuery } from "./queries.ts";

const SHOWN = 5;

/** What a customer bought, newest first, and what lies in their cart. With a conversation an order can be quoted. */
export function OrderBlock({ customerId, conversationId }: { customerId: string; conversationId?: string }) {
  const { t } = useText();
  const reads = useMay("commerce.read");
  const { data, error } = useQuery({ ...customerOrdersQuery(customerId), enabled: reads });
  const [opened, setOpened] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  if (!reads || (!data && !error)) return null;
  const orders = data?.orders ?? [];
  const shown = all ? orders : orders.slice(0, SHOWN);
  return (
    <section className={panel.section}>
      <h3 className={panel.sectionTitle}>
        <Link to="/orders">{t("order.title")}</Link>
      </h3>
      {error && <Notice tone="danger">{messageOf(error, t)}</Notice>}
      {data && orders.length === 0 && data.carts.length === 0 && (
        <p className={panel.none}>{t("order.none")}</p>
      )}
      <ul className={panel.facts}>
        {shown.map((order) => (
          <li key={order.id}>
            <OrderLine order={order} onOpen={() => setOpened(order.id)} />
          </li>
        ))}
        {data?.carts.map((cart) => (
          <li key={cart.id}>
            <OrderLine order={cart} onOpen={() => setOpened(cart.id)} />
          </li>
        ))}
      </ul>
      {orders.length > shown.length && (
        <button type="button" className={classes.more} onClick={() => setAll(true)}>
          {t("order.more", { count: orders.length - shown.length })}
        </button>
      )}
      <OrderDrawer orderId={opened} conversationId={conversationId} onClose={() => setOpened(null)} />
    </section>
  );
}

function OrderLine({ order, onOpen }: { order: OrderRow; onOpen: () => void }) {
  const { t, format } = useText();
  return (
    <button type="button" className={classes.order} onClick={onOpen}>
      <ProductPicture line={order.lines[0]} />
      <span className={classes.what}>
        <span className="cut">{productsLine(order, t) || t("order.number", { number: order.number })}</span>
        <span className={classes.under}>
          <span className={classes.state} data-state={order.state}>
            {standing(order, t)}
          </span>
          {order.trust === "claimed" && order.state !== "cart" && <span>{t("order.claimedMark")}</span>}
          <Time at={order.placed_at} />
        </span>
      </span>
      <span className="num">{format.money(order.total)}</span>
    </button>
  );
}
