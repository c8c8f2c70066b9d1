import { type Init, type ToHost, VISITOR } from "../bridge.ts";
import { brandColours } from "../colour.ts";
import type { PageFacts, WidgetConfig } from "../contract.ts";
import { type Stance, watchObstacles } from "./avoid.ts";
import type { Controls, Options } from "./commands.ts";
import { type Embed, fetchConfig } from "./config.ts";
import { createElements, type Elements } from "./elements.ts";
import type { Events } from "./events.ts";
import { Frame } from "./frame.ts";
import { ScreenLayout } from "./layout.ts";
import { pageFacts, watchPage } from "./page.ts";
import type { HostStorage } from "./storage.ts";
import { chooseLocale, launcherTexts } from "./texts.ts";
import { UnreadTitle } from "./title.ts";

const LAUNCHER_SIZE = 56;
const OFFSET = 20;
const SURFACE = { light: "#ffffff", dark: "#1b1d21" };

/** The chat on one page: a launcher, a panel, and the frame inside it. */
export class Widget implements Controls {
  readonly #embed: Embed;
  readonly #storage: HostStorage;
  readonly #events: Events;
  readonly #elements: Elements = createElements();
  readonly #layout: ScreenLayout;
  readonly #title = new UnreadTitle();
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #options: Options = {};
  #config: WidgetConfig | null = null;
  #frame: Frame | null = null;
  #identity: string | null = null;
  #page: PageFacts = pageFacts();
  #stance: Stance = { lift: 0, away: false };
  #open = false;
  #hidden: boolean;
  #unread = 0;

  constructor(embed: Embed, storage: HostStorage, events: Events) {
    this.#embed = embed;
    this.#storage = storage;
    this.#events = events;
    this.#hidden = !embed.launcher;
    this.#open = embed.continueBy !== null;
    const { root, insets } = this.#elements;
    this.#layout = new ScreenLayout(root, insets, (layout) => {
      this.#layout.lockPage(this.#open);
      this.#frame?.send({ type: "layout", layout });
    });
  }

  /** Fetches the look and puts the launcher on the page; without an answer the page stays as it was. */
  async start(): Promise<void> {
    const config = await fetchConfig(this.#embed, this.#locale());
    if (!config?.enabled) return console.warn(`damso: no chat is open under the key ${this.#embed.inbox}`);
    this.#config = config;
    this.#wire();
    this.#paint();
    document.body.append(this.#elements.host);
    if (this.#open) this.#showPanel();
    else if (this.#identity || this.#storage.has(VISITOR)) whenLoaded(() => this.#warm());
    else whenIdle(() => this.#warm());
  }

  open(): void {
    if (this.#open) return;
    this.#open = true;
    this.#storage.permit();
    if (this.#config) this.#showPanel();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const { host, launcher } = this.#elements;
    const hadFocus = document.activeElement === host;
    this.#layout.lockPage(false);
    this.#paint();
    this.#frame?.send({ type: "close" });
    if (hadFocus) launcher.focus({ preventScroll: true });
    this.#events.emit("close", undefined);
  }

  toggle(): void {
    if (this.#open) this.close();
    else this.open();
  }

  hide(): void {
    this.#hidden = true;
    this.#paint();
  }

  show(): void {
    this.#hidden = false;
    this.#paint();
  }

  identify(token: string): void {
    this.#identity = token;
    if (this.#config) this.#warm();
    this.#frame?.send({ type: "identify", token });
  }

  signOut(): void {
    this.#identity = null;
    this.#storage.clear();
    if (this.#open) this.#storage.permit();
    this.#setUnread(0);
    this.#frame?.send({ type: "sign-out" });
  }

  track(name: string, properties: Record<string, unknown>): void {
    if (this.#config) this.#warm();
    this.#frame?.send({ type: "track", name, properties });
  }

  set({ locale, theme, ...profile }: Options): void {
    Object.assign(this.#options, profile, locale && { locale }, theme && { theme });
    this.#paint();
    this.#frame?.send({ type: "set", locale, theme, profile });
  }

  #wire(): void {
    const { host, launcher, retry, dismiss } = this.#elements;
    launcher.addEventListener("click", () => this.toggle());
    launcher.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    for (const name of ["pointerenter", "focus"]) launcher.addEventListener(name, () => this.#warm());
    dismiss.addEventListener("click", () => this.close());
    retry.addEventListener("click", () => this.#reload());
    this.#dark.addEventListener("change", () => this.#paint());
    watchPage((page) => {
      this.#page = page;
      this.#frame?.send({ type: "page", page });
    });
    watchObstacles(
      host,
      () => this.#restingBox(),
      (stance) => this.#stand(stance),
    );
  }

  #showPanel(): void {
    this.#warm();
    this.#layout.lockPage(true);
    this.#paint();
    this.#frame?.send({ type: "open" });
    this.#frame?.focus();
    this.#events.emit("open", undefined);
  }

  /** Loads the chat unseen, so that it stands there at once when it is opened. It asks the server for nothing yet. */
  #warm(): void {
    if (this.#frame || !this.#config) return;
    const { panel, noticeText, retry } = this.#elements;
    const texts = this.#texts();
    retry.hidden = true;
    noticeText.textContent = texts.loading;
    this.#frame = new Frame(this.#embed, texts.frame(this.#config.brand.name), panel, {
      received: (message) => this.#received(message),
      failed: () => {
        noticeText.textContent = texts.loadFailed;
        retry.hidden = false;
      },
    });
  }

  #reload(): void {
    this.#frame?.remove();
    this.#frame = null;
    this.#warm();
  }

  #received(message: ToHost) {
    switch (message.type) {
      case "ready":
        this.#elements.root.classList.add("ready");
        return this.#frame?.start(this.#init());
      case "store":
        return this.#storage.set(message.name, message.value);
      case "unread":
        return this.#setUnread(message.count);
      case "close":
        return this.close();
      case "message":
        return this.#events.emit("message", { from: message.from, text: message.text });
      case "identity-refused":
        console.warn(`damso: the identity token was refused. ${message.detail}`);
        return this.#events.emit("identity", message.detail);
    }
  }

  #init(): Init {
    const { locale: _locale, theme, ...profile } = this.#options;
    return {
      type: "init",
      config: this.#config as WidgetConfig,
      locale: this.#locale(),
      theme: theme ?? this.#embed.theme,
      page: this.#page,
      layout: this.#layout.current(),
      profile,
      identity: this.#identity,
      stored: this.#storage.all(),
      open: this.#open,
      continueBy: this.#embed.continueBy,
    };
  }

  #setUnread(count: number): void {
    if (count === this.#unread) return;
    this.#unread = count;
    this.#title.show(count);
    this.#paint();
    this.#events.emit("unread", count);
  }

  #stand(stance: Stance): void {
    if (stance.lift === this.#stance.lift && stance.away === this.#stance.away) return;
    this.#stance = stance;
    this.#paint();
  }

  #restingBox() {
    const bottom = innerHeight - (this.#embed.offsetBottom ?? OFFSET) - this.#layout.current().insets.bottom;
    const side = this.#embed.offsetSide ?? OFFSET;
    const left = this.#side() === "left" ? side : document.documentElement.clientWidth - side - LAUNCHER_SIZE;
    return { top: bottom - LAUNCHER_SIZE, bottom, left, right: left + LAUNCHER_SIZE };
  }

  #paint(): void {
    const config = this.#config;
    if (!config) return;
    const { host, root, launcher, badge, dismiss, retry } = this.#elements;
    const texts = this.#texts();
    const theme = this.#theme();
    const colours = brandColours(config.brand.colour, SURFACE[theme]);
    host.dataset.theme = theme;
    root.lang = this.#locale();
    for (const name of ["left", "right"]) root.classList.toggle(name, this.#side() === name);
    root.classList.toggle("open", this.#open);
    root.classList.toggle("off", this.#hidden);
    root.classList.toggle("away", this.#stance.away && !this.#open);
    root.style.setProperty("--brand", colours.brand);
    root.style.setProperty("--on-brand", colours.onBrand);
    root.style.setProperty("--accent", colours.accent);
    root.style.setProperty("--lift", `${this.#stance.lift}px`);
    root.style.setProperty("--offset-bottom", `${this.#embed.offsetBottom ?? OFFSET}px`);
    root.style.setProperty("--offset-side", `${this.#embed.offsetSide ?? OFFSET}px`);
    badge.hidden = this.#unread === 0 || this.#open;
    badge.textContent = this.#unread > 99 ? "99+" : String(this.#unread);
    launcher.setAttribute("aria-label", this.#label());
    launcher.setAttribute("aria-expanded", String(this.#open));
    launcher.setAttribute("aria-controls", "panel");
    dismiss.textContent = texts.close;
    retry.textContent = texts.tryAgain;
    this.#frame?.rename(texts.frame(config.brand.name));
  }

  #label(): string {
    const texts = this.#texts();
    if (this.#open) return texts.close;
    return this.#unread > 0 ? texts.openUnread(this.#unread) : texts.open;
  }

  #texts() {
    return launcherTexts[this.#locale()];
  }

  #locale() {
    const { locale } = this.#options;
    const page = document.documentElement.lang;
    return chooseLocale([locale, this.#embed.locale, page, ...navigator.languages, this.#config?.locale]);
  }

  #theme(): "light" | "dark" {
    const theme = this.#options.theme ?? this.#embed.theme;
    if (theme !== "auto") return theme;
    return this.#dark.matches ? "dark" : "light";
  }

  #side(): "left" | "right" {
    return this.#embed.side ?? this.#config?.side ?? "right";
  }
}

/** Somebody we know may have unread messages: their badge comes as soon as the shop's own page has loaded. */
function whenLoaded(work: () => void): void {
  if (document.readyState === "complete") work();
  else addEventListener("load", work, { once: true });
}

/** After the shop's page has loaded and rests; not at all for visitors who save data. */
function whenIdle(work: () => void): void {
  const connection = (navigator as Navigator & { connection?: { saveData?: boolean } }).connection;
  if (connection?.saveData) return;
  whenLoaded(() => {
    if ("requestIdleCallback" in window) requestIdleCallback(work, { timeout: 4_000 });
    else setTimeout(work, 1_500);
  });
}
