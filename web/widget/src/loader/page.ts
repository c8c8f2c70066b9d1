import type { PageFacts } from "../contract.ts";

/** Query parameters whose values are credentials or personal data somewhere on the web; they never leave the page. */
const PRIVATE = new Set(
  "token code key secret password passwd pwd session sid sig signature auth otp email mail phone tel jwt".split(
    " ",
  ),
);
const HIDDEN = "hidden";

/** How long a single-page application may take to set the new title. */
const TITLE_SETTLES_MS = 300;

export function pageFacts(): PageFacts {
  return { url: cleanUrl(location.href), title: document.title, referrer: cleanUrl(document.referrer) };
}

/** The address without fragment and without the values of private parameters. */
export function cleanUrl(href: string): string {
  if (!URL.canParse(href)) return "";
  const url = new URL(href);
  url.hash = "";
  url.username = "";
  url.password = "";
  for (const name of [...url.searchParams.keys()]) {
    if (isPrivate(name)) url.searchParams.set(name, HIDDEN);
  }
  return url.href;
}

/** Calls back when a single-page application has moved to another address. */
export function watchPage(changed: (page: PageFacts) => void): void {
  let last = pageFacts();
  let timer: number | undefined;
  const look = () => {
    const page = { ...pageFacts(), referrer: last.url };
    if (page.url === last.url) return;
    last = page;
    changed(page);
  };
  const later = () => {
    clearTimeout(timer);
    timer = window.setTimeout(look, TITLE_SETTLES_MS);
  };
  if ("navigation" in window) {
    window.navigation.addEventListener("currententrychange", later);
    return;
  }
  wrapHistory(later);
  addEventListener("popstate", later);
  addEventListener("hashchange", later);
}

function isPrivate(parameter: string): boolean {
  const words = parameter
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z\d]+/);
  return words.some((word) => PRIVATE.has(word));
}

/** Browsers without the Navigation API do not tell about `pushState`. */
function wrapHistory(moved: () => void): void {
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    history[name] = function wrapped(this: History, ...args: Parameters<History["pushState"]>) {
      original.apply(this, args);
      moved();
    };
  }
}
