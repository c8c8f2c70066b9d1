import type { Locale } from "../bridge.ts";
import { launcherEn } from "../texts.en.ts";
import { type LauncherTexts, launcherKo } from "../texts.ko.ts";

export const launcherTexts: Record<Locale, LauncherTexts> = { ko: launcherKo, en: launcherEn };

/** Korean or English, whichever the first recognisable wish names: page script, page, browser, inbox. */
export function chooseLocale(wishes: readonly (string | null | undefined)[]): Locale {
  for (const wish of wishes) {
    const language = wish?.toLowerCase().split(/[-_]/)[0];
    if (language === "ko" || language === "en") return language;
  }
  return "en";
}
