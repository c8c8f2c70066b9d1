/** Keeps the launcher off what the shop lives from: its buy buttons and bars at the bottom of the screen. */

export interface Box {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export interface Obstacle {
  box: Box;
  /** Stays where it is while the page scrolls, so that the launcher can rest above it. */
  pinned: boolean;
}

/** Where the launcher goes: `lift` CSS pixels above its place, or `away` for as long as something is under it. */
export interface Stance {
  lift: number;
  away: boolean;
}

const GAP = 12;
/** A bar higher than this share of the screen is a page of its own (a dialog, a menu), not a bar. */
const BAR_SHARE = 0.4;
const SCROLL_SETTLES_MS = 100;
const MARKED = "[data-damso-avoid]";
const CONTROLS = "button, a[href], [role=button], input[type=submit]";
const BUYING =
  /구매|주문|결제|장바구니|담기|\b(buy|order|checkout|check out|pay|add to (cart|bag|basket))\b/i;

export function decide(rest: Box, obstacles: readonly Obstacle[], screenHeight: number): Stance {
  const under = obstacles.filter(({ box }) => overlaps(rest, box));
  if (under.some(({ pinned }) => !pinned)) return { lift: 0, away: true };
  const highest = Math.min(rest.bottom + GAP, ...under.map(({ box }) => box.top));
  const lift = Math.max(0, rest.bottom + GAP - highest);
  return lift > screenHeight * BAR_SHARE ? { lift: 0, away: true } : { lift, away: false };
}

/** Follows scrolling, resizing and clicks, and calls back when the launcher has to stand somewhere else. */
export function watchObstacles(own: Element, restingBox: () => Box, move: (stance: Stance) => void): void {
  let pending = false;
  const look = () => {
    pending = false;
    const rest = restingBox();
    move(decide(rest, obstaclesNear(rest, own), innerHeight));
  };
  const later = () => {
    if (pending) return;
    pending = true;
    setTimeout(look, SCROLL_SETTLES_MS);
  };
  for (const name of ["scroll", "resize", "load", "pointerup", "transitionend"] as const) {
    addEventListener(name, later, { passive: true, capture: true });
  }
  later();
}

function obstaclesNear(rest: Box, own: Element): Obstacle[] {
  const marked = [...document.querySelectorAll(MARKED)].map((element) =>
    obstacle(element, isPinned(element)),
  );
  const found = new Map<Element, Obstacle>();
  for (const element of elementsUnder(rest, own)) {
    const control = element.closest(CONTROLS);
    if (control && isBuying(control)) found.set(control, obstacle(control, isPinned(control)));
    else if (isBar(element)) found.set(element, obstacle(element, true));
  }
  return [...marked, ...found.values()];
}

function elementsUnder(rest: Box, own: Element): Set<Element> {
  const across = [rest.left, (rest.left + rest.right) / 2, rest.right];
  const down = [rest.top, (rest.top + rest.bottom) / 2, rest.bottom];
  const points = across.flatMap((x) => down.map((y) => document.elementsFromPoint(x, y)));
  return new Set(points.flat().filter((element) => element !== own));
}

function isBuying(control: Element): boolean {
  const words = control instanceof HTMLInputElement ? control.value : (control.textContent ?? "");
  return words.length < 60 && BUYING.test(words);
}

function isBar(element: Element): boolean {
  const box = element.getBoundingClientRect();
  const bar =
    box.width >= innerWidth * 0.6 && box.bottom >= innerHeight - 8 && box.height < innerHeight * BAR_SHARE;
  return bar && /fixed|sticky/.test(getComputedStyle(element).position);
}

function isPinned(element: Element): boolean {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const { position } = getComputedStyle(at);
    if (position === "fixed") return true;
    if (position === "sticky") return at.getBoundingClientRect().bottom >= innerHeight - 8;
  }
  return false;
}

function obstacle(element: Element, pinned: boolean): Obstacle {
  return { box: element.getBoundingClientRect(), pinned };
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}
