import { load, put } from "./cart.js";
import { byId } from "./catalogue.js";
import { at, frame, lang, make, picture, showCount, text } from "./page.js";

const FREE_FROM = 50_000;
const DELIVERY = 3_000;
const place = document.querySelector("[data-cart]");

function change(id, count) {
  put(id, count);
  showCount();
  show();
}

function row({ product, count }) {
  const name = product.name[lang];
  return make(
    "li",
    { class: "row" },
    make("a", { class: "frame", href: at("/product.html", { id: product.id }), "aria-label": name }, picture(product, true)),
    make("div", { class: "row-words" }, make("h2", {}, name), make("p", { class: "line" }, text.price(product.price))),
    make(
      "div",
      { class: "stepper", role: "group", "aria-label": text.quantity(name) },
      make("button", { type: "button", "aria-label": text.less(name), onclick: () => change(product.id, count - 1) }, "−"),
      make("span", { "aria-live": "polite" }, String(count)),
      make("button", { type: "button", "aria-label": text.more(name), onclick: () => change(product.id, count + 1) }, "+"),
    ),
    make("p", { class: "price" }, text.price(product.price * count)),
  );
}

function summary(goods) {
  const delivery = goods >= FREE_FROM ? 0 : DELIVERY;
  const note = make("p", { class: "note", role: "status" });
  const line = (term, value, strong = false) =>
    make("div", strong ? { class: "sum" } : {}, make("dt", {}, term), make("dd", {}, value));
  return make(
    "section",
    { class: "summary" },
    make(
      "dl",
      {},
      line(text.goods, text.price(goods)),
      line(text.delivery, delivery === 0 ? text.free : text.price(delivery)),
      line(text.total, text.price(goods + delivery), true),
    ),
    make("p", { class: "line" }, text.deliveryNote),
    make(
      "div",
      { class: "buy-bar", "data-damso-avoid": true },
      make("button", { class: "button", type: "button", onclick: () => note.replaceChildren(text.bought) }, text.buy),
    ),
    note,
  );
}

function show() {
  const rows = Object.entries(load())
    .map(([id, count]) => ({ product: byId(id), count }))
    .filter(({ product }) => product);
  const goods = rows.reduce((sum, { product, count }) => sum + product.price * count, 0);
  if (rows.length === 0) {
    place.replaceChildren(
      make("p", { class: "empty" }, text.emptyCart),
      make("p", {}, make("a", { class: "quiet", href: at("") }, text.back)),
    );
  } else {
    place.replaceChildren(make("ul", { class: "rows" }, ...rows.map(row)), summary(goods));
  }
}

frame(text.cart);
show();
