import type { Locale, Theme } from "../bridge.ts";
import type { WidgetConfig } from "../contract.ts";

/** What the script tag says: `<script async src="…/widget.js" data-inbox="KEY">`. */
export interface Embed {
  inbox: string;
  /** Where Damso answers, with a slash at the end. */
  base: URL;
  locale: string | null;
  theme: Theme;
  side: "left" | "right" | null;
  offsetBottom: number | null;
  offsetSide: number | null;
  launcher: boolean;
  /** Set on the page that a link to go on leads to. */
  continueBy: string | null;
}

const RETRY_MS = [1_000, 4_000, 15_000, 60_000];

export function readEmbed(script: HTMLScriptElement): Embed | null {
  const {
    inbox,
    lang,
    theme,
    side,
    offsetBottom,
    offsetSide,
    launcher,
    continue: continueBy,
  } = script.dataset;
  if (!inbox || !script.src) return null;
  return {
    inbox,
    base: new URL("./", script.src),
    locale: lang ?? null,
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    side: side === "left" || side === "right" ? side : null,
    offsetBottom: pixels(offsetBottom),
    offsetSide: pixels(offsetSide),
    launcher: launcher !== "none",
    continueBy: continueBy ?? null,
  };
}

/** The inbox's look. `null` when the inbox does not exist (any more); a failing network is tried again. */
export async function fetchConfig(embed: Embed, locale: Locale): Promise<WidgetConfig | null> {
  const url = new URL(`widget/v1/${encodeURIComponent(embed.inbox)}/config?locale=${locale}`, embed.base);
  for (const wait of [...RETRY_MS, null]) {
    try {
      const response = await fetch(url, { credentials: "omit" });
      if (response.ok) return (await response.json()) as WidgetConfig;
      if (response.status < 500) return null;
    } catch {
      // Offline or unreachable: the page goes on without a chat meanwhile.
    }
    if (wait === null) return null;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return null;
}

function pixels(value: string | undefined): number | null {
  const number = Number.parseFloat(value ?? "");
  return Number.isFinite(number) && number >= 0 ? number : null;
}
