import type { Amount, OrderView } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton, Time, toast } from "@damso/ui";
import { Button, Drawer } from "@mantine/core";
import { IconQuote } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { faceName } from "../../app/faceName.ts";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import { draftOf, textOf, writeDraft } from "../composer/drafts.ts";
import panel from "../customers/panel.module.css";
import { OrderReturns } from "../returns/OrderReturns.tsx";
import classes from "./orders.module.css";
import { quoteOf } from "./orderText.ts";
import { ProductPicture } from "./ProductPicture.tsx";
import { orderQuery } from "./queries.ts";

interface Props {
  orderId: string | null;
  conversationId?: string | undefined;
  onClose: () => void;
}

/** One order at the side of what one is doing. */
export function OrderDrawer({ orderId, conversationId, onClose }: Props) {
  const { t } = useText();
  const { data: order, error } = useQuery({ ...orderQuery(orderId ?? ""), enabled: orderId !== null });
  const title =
    order?.state === "cart" ? t("order.cart") : t("order.number", { number: order?.number ?? "" });
  return (
    <Drawer
      opened={orderId !== null}
      onClose={onClose}
      position="right"
      size={420}
      title={title}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {error && <Notice tone="danger">{messageOf(error, t)}</Notice>}
      {!order && !error && <Skeleton label={t("state.loading")} rows={6} />}
      {order && <Order order={order} conversationId={conversationId} onClose={onClose} />}
    </Drawer>
  );
}

function Order({ order, conversationId, onClose }: Omit<Props, "orderId"> & { order: OrderView }) {
  const { t, format } = useText();
  const writes = useMay("conversations.write");
  const quote = (id: string) => {
    const draft = draftOf(id);
    const before = textOf(draft).trimEnd();
    const quoted = quoteOf(order, { t, format });
    writeDraft(id, { [draft.kind]: before ? `${before}\n\n${quoted}\n` : `${quoted}\n` });
    toast(t("order.quoted"));
    onClose();
  };
  return (
    <div className={classes.sheet}>
      {order.trust === "claimed" && order.state !== "cart" && (
        <Notice tone="info">{t("order.claimed")}</Notice>
      )}
      {order.problems.length > 0 && <Notice tone="info">{t("order.problems")}</Notice>}
      <dl className={panel.now}>
        <dt>{t("order.placedAt")}</dt>
        <dd>
          <Time at={order.placed_at} as="moment" />
        </dd>
        <dt>{t("order.status")}</dt>
        <dd>
          <span className={classes.state} data-state={order.state}>
            {t(`order.state.${order.state}`)}
          </span>
          {order.status && ` · ${order.status}`}
        </dd>
        <dt>{t("orders.customer")}</dt>
        <dd>
          <Link to="/customers/$customerId" params={{ customerId: order.customer.id }} onClick={onClose}>
            {faceName(order.customer, t)}
          </Link>
        </dd>
        {order.delivered_at && (
          <>
            <dt>{t("order.deliveredAt")}</dt>
            <dd>
              <Time at={order.delivered_at} as="moment" />
            </dd>
          </>
        )}
        {order.place && <Fact name={t("order.place")} value={order.place} />}
        {order.shop && order.shop !== order.place && <Fact name={t("order.shop")} value={order.shop} />}
        {order.coupon && <Fact name={t("order.coupon")} value={order.coupon} />}
      </dl>
      <ul className={classes.lines} aria-label={t("order.products")}>
        {order.lines.map((line) => (
          <li key={line.number} className={classes.line}>
            <ProductPicture line={line} size={44} />
            <div className={classes.what}>
              {line.url ? (
                <a
                  href={line.url}
                  target="_blank"
                  rel="noreferrer noopener"
                  aria-label={t("order.toShop", { name: line.name })}
                >
                  {line.name}
                </a>
              ) : (
                <span>{line.name}</span>
              )}
              <span className={classes.under}>
                {line.variant && <span>{line.variant}</span>}
                <span className="num">{t("order.pieces", { count: line.quantity })}</span>
                {line.refunded > 0 && <span>{t("order.refundedPieces", { count: line.refunded })}</span>}
              </span>
            </div>
            <span className="num">
              {format.money({ ...line.price, minor: line.price.minor * line.quantity })}
            </span>
          </li>
        ))}
      </ul>
      <dl className={classes.sums}>
        <Sum name={t("order.shipping")} amount={order.shipping} />
        <Sum name={t("order.tax")} amount={order.tax} />
        <Sum name={t("order.discount")} amount={order.discount} />
        <Sum name={t("order.total")} amount={order.total} strong />
        {order.refunded.minor > 0 && <Sum name={t("order.refunded")} amount={order.refunded} />}
      </dl>
      {conversationId && writes && order.state !== "cart" && (
        <Button
          variant="default"
          leftSection={<IconQuote size={16} stroke={1.8} />}
          onClick={() => quote(conversationId)}
        >
          {t("order.quote")}
        </Button>
      )}
      {order.state !== "cart" && <OrderReturns order={order} conversationId={conversationId} />}
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function Sum({ name, amount, strong }: { name: string; amount: Amount | null; strong?: boolean }) {
  const { format } = useText();
  if (!amount) return null;
  return (
    <div className={classes.sum} data-strong={strong}>
      <dt>{name}</dt>
      <dd className="num">{format.money(amount)}</dd>
    </div>
  );
}
