// What every page of the shop shares: language, words, links, and elements made without markup strings.
import { count } from "./cart.js";
import { words } from "./words.js";

export const lang = document.documentElement.lang === "en" ? "en" : "ko";
export const text = words[lang];

const asked = new URLSearchParams(location.search).get("lang");

/** The chat's commands; they queue up until its script has loaded. */
export function damso(...command) {
  window.damso ??= Object.assign((...args) => window.damso.q.push(args), { q: [] });
  window.damso(...command);
}

/** An address in the shop; a language chosen by hand goes with it. */
export function at(path, params = {}) {
  const query = new URLSearchParams({ ...params, ...(asked && { lang: asked }) }).toString();
  return query ? `/demo${path}?${query}` : `/demo${path}`;
}

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function picture(product, eager = false) {
  return make("img", {
    src: `/demo/art/${product.id}.svg`,
    alt: product.name[lang],
    width: "480",
    height: "600",
    loading: eager ? "eager" : "lazy",
  });
}

export function showCount() {
  const badge = document.querySelector("[data-count]");
  badge.textContent = String(count());
  badge.hidden = count() === 0;
}

export function frame(title) {
  document.title = title ? `${title} · ${text.shop}` : text.shop;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = text[element.dataset.t];
  for (const link of document.querySelectorAll("a[data-to]")) link.href = at(link.dataset.to);
  const other = new URL(location.href);
  other.searchParams.set("lang", lang === "ko" ? "en" : "ko");
  const toggle = document.querySelector("[data-language]");
  toggle.href = other.pathname + other.search;
  toggle.lang = lang === "ko" ? "en" : "ko";
  showCount();
  document.body.hidden = false;
}
