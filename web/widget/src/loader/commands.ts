import type { Locale, Profile, Theme } from "../bridge.ts";
import { type Events, isEventName, type Listener } from "./events.ts";

/** What the commands act on. */
export interface Controls {
  open(): void;
  close(): void;
  toggle(): void;
  hide(): void;
  show(): void;
  identify(token: string): void;
  signOut(): void;
  track(name: string, properties: Record<string, unknown>): void;
  set(options: Options): void;
}

export interface Options extends Profile {
  locale?: Locale;
  theme?: Theme;
}

export type Damso = ((...args: unknown[]) => void) & { q?: ArrayLike<unknown>[] };

/** `damso(command, …)`. A wrong call tells the developer and never breaks the page. */
export function commandRunner(controls: Controls, events: Events, warn: (text: string) => void): Damso {
  return (...args) => {
    const [command, first, second] = args;
    switch (command) {
      case "open":
      case "close":
      case "toggle":
      case "hide":
      case "show":
        return controls[command]();
      case "identify":
        return identify(first, controls, warn);
      case "track":
        if (typeof first !== "string" || first === "") return warn("track: the event needs a name");
        return controls.track(first, isRecord(second) ? second : {});
      case "set":
        if (!isRecord(first)) return warn("set: expects an object");
        return controls.set(options(first, warn));
      case "on":
      case "off":
        if (!isEventName(first)) return warn(`${command}: there is no event ${String(first)}`);
        if (typeof second !== "function") return warn(`${command}: expects a function`);
        return events[command](first, second as Listener);
      default:
        return warn(`there is no command ${String(command)}`);
    }
  };
}

/** Runs what the page asked for before this script had loaded, in the order it asked. */
export function drainQueue(stub: unknown, run: Damso): void {
  if (typeof stub !== "function") return;
  for (const args of (stub as Damso).q ?? []) run(...Array.from(args));
}

function identify(token: unknown, controls: Controls, warn: (text: string) => void) {
  if (token === null) return controls.signOut();
  if (typeof token !== "string" || token === "")
    return warn("identify: expects a signed token, or null to sign out");
  controls.identify(token);
}

function options(given: Record<string, unknown>, warn: (text: string) => void): Options {
  const taken: Options = {};
  for (const [name, value] of Object.entries(given)) {
    if ((name === "name" || name === "email" || name === "phone") && typeof value === "string")
      taken[name] = value;
    else if (name === "locale" && (value === "ko" || value === "en")) taken.locale = value;
    else if (name === "theme" && (value === "auto" || value === "light" || value === "dark"))
      taken.theme = value;
    else warn(`set: ${name} cannot be ${String(value)}`);
  }
  return taken;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
