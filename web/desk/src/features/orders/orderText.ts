import type { OrderedProduct, OrderRow, OrderView } from "@damso/api";
import type { useText } from "@damso/i18n";

type Said = Pick<ReturnType<typeof useText>, "t" | "format">;

/** `달빛 머그컵 외 2개`: what was bought, in one line. */
export function productsLine(order: OrderRow, t: Said["t"]): string {
  const first = order.lines[0];
  if (!first) return "";
  const others = order.line_count - 1;
  return others > 0 ? t("order.andMore", { name: first.name, count: others }) : first.name;
}

/** Where an order stands: in the shop's own word as long as it stands at all. */
export function standing(order: OrderRow, t: Said["t"]): string {
  return order.state === "placed" && order.status ? order.status : t(`order.state.${order.state}`);
}

/** How an order stands when an answer speaks of it. */
export function quoteOf(order: OrderView, { t, format }: Said): string {
  const products = order.lines.map((line) => productText(line, t)).join(", ");
  const head = [
    t("order.number", { number: order.number }),
    format.day(order.placed_at),
    format.money(order.total),
    standing(order, t),
  ].join(" · ");
  return products ? `${head}\n${products}` : head;
}

function productText(line: OrderedProduct, t: Said["t"]): string {
  const name = line.variant ? `${line.name} (${line.variant})` : line.name;
  return `${name} ${t("order.pieces", { count: line.quantity })}`;
}
