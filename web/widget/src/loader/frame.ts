import { post, received, type ToFrame, type ToHost } from "../bridge.ts";
import type { Embed } from "./config.ts";

/** A chat that has not answered by then has not arrived. */
const LOAD_LIMIT_MS = 15_000;

interface Callbacks {
  received(message: ToHost): void;
  failed(): void;
}

/** The chat's iframe: made once, spoken to only at Damso's exact origin. */
export class Frame {
  readonly #element = document.createElement("iframe");
  readonly #origin: string;
  readonly #waiting: ToFrame[] = [];
  #ready = false;

  constructor(embed: Embed, title: string, parent: HTMLElement, callbacks: Callbacks) {
    const url = new URL("widget/frame", embed.base);
    url.searchParams.set("inbox", embed.inbox);
    url.searchParams.set("origin", location.origin);
    this.#origin = url.origin;
    this.#element.title = title;
    this.#element.src = url.href;
    this.#element.referrerPolicy = "origin";
    const limit = setTimeout(() => callbacks.failed(), LOAD_LIMIT_MS);
    this.#listen = (event) => {
      const message = received<ToHost>(event, this.#element.contentWindow, this.#origin);
      if (!message) return;
      if (message.type === "ready") {
        clearTimeout(limit);
        this.#ready = true;
      }
      callbacks.received(message);
    };
    addEventListener("message", this.#listen);
    parent.append(this.#element);
  }

  /** Begins to talk: `init` goes first, then the events of the time the chat was loading. */
  start(init: ToFrame): void {
    this.#post(init);
    for (const message of this.#waiting.splice(0)) this.#post(message);
  }

  /** Before the chat is there only events are kept: everything else is state, which `init` brings. */
  send(message: ToFrame): void {
    if (this.#ready) this.#post(message);
    else if (message.type === "track") this.#waiting.push(message);
  }

  rename(title: string): void {
    this.#element.title = title;
  }

  focus(): void {
    this.#element.focus({ preventScroll: true });
  }

  remove(): void {
    removeEventListener("message", this.#listen);
    this.#element.remove();
  }

  readonly #listen: (event: MessageEvent<unknown>) => void;

  #post(message: ToFrame): void {
    const target = this.#element.contentWindow;
    if (target) post(target, this.#origin, message);
  }
}
