import { load, put } from "./cart.js";
import { byId } from "./catalogue.js";
import { at, damso, frame, lang, make, picture, showCount, text } from "./page.js";

const product = byId(new URLSearchParams(location.search).get("id"));
const place = document.querySelector("[data-product]");

function bought() {
  put(product.id, (load()[product.id] ?? 0) + 1);
  showCount();
  const link = make("a", { href: at("/cart.html") }, text.seeCart);
  document.querySelector("[data-note]").replaceChildren(`${text.added} `, link);
  damso("track", "Product Added", { product_id: product.id, price: product.price, currency: "KRW" });
}

function show() {
  const { name, line, about, facts, price } = product;
  place.append(
    make("div", { class: "frame" }, picture(product, true)),
    make(
      "div",
      { class: "details" },
      make("h1", {}, name[lang]),
      make("p", { class: "line" }, line[lang]),
      make("p", { class: "price" }, text.price(price)),
      make("p", { class: "about" }, about[lang]),
      make("ul", { class: "facts" }, ...facts[lang].map((fact) => make("li", {}, fact))),
      make(
        "div",
        { class: "buy-bar", "data-damso-avoid": true },
        make("button", { class: "button", type: "button", onclick: bought }, text.add),
      ),
      make("p", { class: "note", role: "status", "data-note": true }),
      make("button", { class: "quiet", type: "button", onclick: () => damso("open") }, text.ask),
    ),
  );
  damso("track", "Product Viewed", { product_id: product.id, price, currency: "KRW" });
}

frame(product?.name[lang] ?? text.notFound);
if (product) show();
else place.append(make("p", { class: "empty" }, text.notFound));
