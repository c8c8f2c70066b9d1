import { products } from "./catalogue.js";
import { at, frame, lang, make, picture, text } from "./page.js";

function card(product, index) {
  return make(
    "li",
    {},
    make(
      "a",
      { class: "card", href: at("/product.html", { id: product.id }) },
      make("span", { class: "frame" }, picture(product, index < 4)),
      make("span", { class: "name" }, product.name[lang]),
      make("span", { class: "line" }, product.line[lang]),
      make("span", { class: "price" }, text.price(product.price)),
    ),
  );
}

frame();
document.querySelector("[data-shelf]").append(...products.map(card));
