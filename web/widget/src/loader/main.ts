import { commandRunner, type Damso, drainQueue } from "./commands.ts";
import { readEmbed } from "./config.ts";
import { Events } from "./events.ts";
import { HostStorage, pageStorage } from "./storage.ts";
import { Widget } from "./widget.ts";

declare global {
  interface Window {
    damso?: Damso;
    damsoLoaded?: true;
  }
}

function warn(text: string): void {
  console.warn(`damso: ${text}`);
}

function scriptTag(): HTMLScriptElement | null {
  const current = document.currentScript;
  if (current instanceof HTMLScriptElement && current.dataset.inbox) return current;
  return document.querySelector<HTMLScriptElement>("script[data-inbox][src]");
}

function boot() {
  const script = scriptTag();
  const embed = script && readEmbed(script);
  if (window.damsoLoaded) return warn("the script is on this page twice; the first one stays");
  if (!embed) return warn('the script tag needs data-inbox="…" and src="…/widget.js"');
  if (location.origin === "null")
    return warn("this page has no origin (a file or a sandbox), so the chat stays off");
  window.damsoLoaded = true;
  const events = new Events();
  const widget = new Widget(embed, new HostStorage(embed.inbox, pageStorage()), events);
  const run = commandRunner(widget, events, warn);
  const stub = window.damso;
  window.damso = run;
  drainQueue(stub, run);
  if (document.body) void widget.start();
  else addEventListener("DOMContentLoaded", () => void widget.start(), { once: true });
}

boot();
