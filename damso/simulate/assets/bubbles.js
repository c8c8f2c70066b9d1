// What stands in a chat, drawn as the customer's app would.
import { face, h } from "./draw.js";
import { dayOf, t, timeOf } from "./words.js";

// `press` is called with a button that says something; `local` finds a picture's address on this machine.
export function bubbleRow(bubble, around, press, local) {
  const who = bubble.side === "customer" ? t.me : around.title;
  const at = new Date(bubble.at);
  const parts = [];
  if (around.newDay) parts.push(h("div", { class: "day" }, h("span", {}, dayOf(at))));
  if (bubble.side === "notice") {
    parts.push(h("div", { class: "notice", "data-id": bubble.id }, h("span", {}, bubble.text)));
    return parts;
  }
  const mark = bubble.advertising && !bubble.text.startsWith("(광고)");
  const inside = [
    ...bubble.pictures.map((picture) => h("img", { class: "picture", src: local(picture), alt: t.photo, loading: "lazy" })),
    ...message(bubble, mark, press, local),
    ...bubble.files.map((file) => h("p", { class: "say" }, link(local(file), t.file))),
  ];
  const row = h(
    "div",
    { class: `row ${bubble.side}${around.first ? " first" : ""}`, "data-id": bubble.id },
    bubble.side === "company" && around.first && face(around.title),
    h(
      "div",
      { class: "stack" },
      h("span", { class: bubble.side === "company" && around.first ? "name" : "unseen" }, who),
      ...inside,
    ),
    around.last && h("time", { datetime: bubble.at }, timeOf(at)),
  );
  return [...parts, row];
}

function message(bubble, mark, press, local) {
  const { content } = bubble;
  const text = `${mark ? `${t.advertising} ` : ""}${bubble.text}`.trim();
  if (content?.kind === "template") return [template(text, content, press)];
  if (content?.kind === "buttons") return [card({ text, buttons: content.buttons }, press, local)];
  return [text && h("p", { class: "say" }, text), content && drawn(content, press, local)].filter(Boolean);
}

function template(text, content, press) {
  return h(
    "article",
    { class: "template" },
    h("header", {}, t.alimtalk),
    h("p", {}, text),
    buttons(content.buttons, press),
  );
}

function drawn(content, press, local) {
  switch (content.kind) {
    case "card":
      return card(content, press, local);
    case "product":
      return product(content, press, local);
    case "list":
      return listing(content, press, local);
    case "carousel":
      return h(
        "div",
        { class: "carousel", tabindex: "0", role: "group" },
        content.cards.map((one) => (one.kind === "product" ? product(one, press, local) : card(one, press, local))),
      );
    case "location":
      return card({ title: content.name, text: content.address || `${content.latitude}, ${content.longitude}` }, press, local);
    case "contact":
      return card({ title: content.name, text: [...content.phones, ...content.emails].join("\n") }, press, local);
    case "sticker":
      return content.picture ? h("img", { class: "sticker", src: local(content.picture), alt: content.name }) : h("p", { class: "say" }, content.name);
    case "pass":
      return card({ title: content.title, text: [`${t.code}: ${content.code}`, ...content.facts.map((fact) => `${fact.label}: ${fact.value}`)].join("\n") }, press, local);
    default:
      return null;
  }
}

function card({ title = "", text = "", picture = "", buttons: choices = [] }, press, local) {
  return h(
    "article",
    { class: "card" },
    picture && h("img", { src: local(picture), alt: "" }),
    (title || text) && h("div", { class: "card-text" }, title && h("strong", {}, title), text && h("p", {}, text)),
    buttons(choices, press),
  );
}

function product(one, press, local) {
  return h(
    "article",
    { class: "card" },
    one.picture && h("img", { src: local(one.picture), alt: "" }),
    h(
      "div",
      { class: "card-text" },
      h("strong", {}, one.url ? link(one.url, one.name) : one.name),
      h("p", { class: "price" }, one.price, one.regular_price && h("s", { "aria-label": `${t.was} ${one.regular_price}` }, one.regular_price)),
    ),
    buttons(one.buttons, press),
  );
}

function listing(one, press, local) {
  const rows = one.rows.map((row) =>
    h(
      "li",
      {},
      h("span", {}, row.url ? link(row.url, row.title) : h("b", {}, row.title), row.text && h("small", {}, row.text)),
      row.picture && h("img", { src: local(row.picture), alt: "" }),
    ),
  );
  return h("article", { class: "card list" }, h("header", {}, one.title), h("ul", {}, rows), buttons(one.buttons, press));
}

function buttons(choices, press) {
  return choices.length > 0 && h("div", { class: "choices" }, choices.map((one) => choice(one, press)));
}

export function choice(one, press) {
  if (one.action === "link") return link(one.value, one.label);
  if (one.action === "call") return h("a", { href: `tel:${one.value.replace(/[^\d+]/g, "")}` }, one.label);
  return h("button", { type: "button", onclick: () => press(one) }, one.label);
}

// A company could write any scheme; only the web's open.
function link(address, label) {
  const isWeb = /^https?:\/\//i.test(address) || address.startsWith("/");
  return isWeb ? h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label) : h("span", {}, label);
}
