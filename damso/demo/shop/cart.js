const KEY = "moonlight-cart";

/** What is in the cart, as `{ productId: count }`. */
export function load() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

export function put(id, count) {
  const cart = load();
  if (count > 0) cart[id] = Math.min(count, 99);
  else delete cart[id];
  localStorage.setItem(KEY, JSON.stringify(cart));
}

export function count() {
  return Object.values(load()).reduce((sum, each) => sum + each, 0);
}
