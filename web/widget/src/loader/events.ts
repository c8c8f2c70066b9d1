/** What a page may listen to with `damso('on', name, listener)`. */
export interface WidgetEvents {
  message: { from: "me" | "agent" | "bot"; text: string };
  open: undefined;
  close: undefined;
  unread: number;
  /** A signed token was refused; the page may fetch a fresh one and identify again. */
  identity: string;
}

export type EventName = keyof WidgetEvents;
export type Listener = (detail: unknown) => void;

const NAMES: ReadonlySet<string> = new Set<EventName>(["message", "open", "close", "unread", "identity"]);

export function isEventName(name: unknown): name is EventName {
  return typeof name === "string" && NAMES.has(name);
}

export class Events {
  readonly #listeners = new Map<EventName, Set<Listener>>();

  on(name: EventName, listener: Listener): void {
    const known = this.#listeners.get(name) ?? new Set<Listener>();
    this.#listeners.set(name, known.add(listener));
  }

  off(name: EventName, listener: Listener): void {
    this.#listeners.get(name)?.delete(listener);
  }

  /** A listener that throws is the page's own fault: it is reported there and stops nobody else. */
  emit<N extends EventName>(name: N, detail: WidgetEvents[N]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        listener(detail);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
