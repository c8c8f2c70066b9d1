/** The loader's few DOM nodes, inside one shadow root so that neither page nor widget can restyle the other. */
import css from "./shadow.css?inline";

const SVG = "http://www.w3.org/2000/svg";

/** Two speech bubbles talking together, and a chevron that puts the chat away. */
const CHAT = [
  "M20.5 11.5a7.5 7 0 0 1-10.9 6.3L5 19l1.2-3.6A7 7 0 1 1 20.5 11.5z",
  "M9.5 11.6h.01M13 11.6h.01M16.5 11.6h.01",
];
const CLOSE = ["M6 9.5l6.5 6.5L19 9.5"];

export interface Elements {
  host: HTMLElement;
  root: HTMLElement;
  launcher: HTMLButtonElement;
  badge: HTMLElement;
  panel: HTMLElement;
  notice: HTMLElement;
  noticeText: HTMLElement;
  retry: HTMLButtonElement;
  dismiss: HTMLButtonElement;
  insets: HTMLElement;
}

export function createElements(): Elements {
  const host = document.createElement("damso-widget");
  const shadow = host.attachShadow({ mode: "open" });
  style(shadow);
  const root = element("div", "root");
  const launcher = element("button", "launcher");
  launcher.type = "button";
  const badge = element("span", "badge");
  badge.hidden = true;
  badge.setAttribute("aria-hidden", "true");
  launcher.append(icon("icon-chat", CHAT), icon("icon-close", CLOSE), badge);
  const panel = element("div", "panel");
  panel.id = "panel";
  const notice = element("div", "notice");
  const noticeText = element("p");
  noticeText.setAttribute("role", "status");
  const buttons = element("div");
  const retry = element("button");
  const dismiss = element("button");
  retry.type = dismiss.type = "button";
  retry.hidden = true;
  buttons.append(retry, dismiss);
  notice.append(noticeText, buttons);
  panel.append(notice);
  const insets = element("div", "insets");
  root.append(panel, launcher, insets);
  shadow.append(root);
  return { host, root, launcher, badge, panel, notice, noticeText, retry, dismiss, insets };
}

/** A constructed sheet is no inline style for a Content-Security-Policy; older browsers get a `<style>`. */
function style(shadow: ShadowRoot): void {
  if ("adoptedStyleSheets" in shadow && "replaceSync" in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];
    return;
  }
  const fallback = document.createElement("style");
  fallback.textContent = css;
  shadow.append(fallback);
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, className = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  return made;
}

function icon(className: string, paths: readonly string[]): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 25 25");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", className);
  for (const line of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}
