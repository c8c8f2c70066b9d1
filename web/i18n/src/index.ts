import i18next from "i18next";
import { createContext, useContext, useMemo } from "react";
import { initReactI18next, useTranslation } from "react-i18next";
import { createFormat, type DateStyle, type Format, type Locale } from "./format.ts";
import type ko from "./ko.json";
import { withParticles } from "./particles.ts";

export { createFormat, type DateStyle, type Format, type Locale } from "./format.ts";

export type TextKey = keyof typeof ko extends infer Key
  ? Key extends `${infer Stem}_other`
    ? Stem
    : Key
  : never;

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    keySeparator: false;
    nsSeparator: false;
    returnNull: false;
    resources: { translation: typeof ko };
  }
}

const texts = {
  ko: () => import("./ko.json"),
  en: () => import("./en.json"),
};

/** The zone in which dates are written; the agent's own, set once they are known. */
export const TimeZone = createContext(Intl.DateTimeFormat().resolvedOptions().timeZone);

/** How the agent wants dates to be shown. */
export const Dates = createContext<DateStyle>("relative");

/** The language that the browser asks for, until a person is known who chose one. */
export function browserLocale(): Locale {
  return navigator.language.startsWith("ko") ? "ko" : "en";
}

/** Loads one language and switches everything on screen to it. */
export async function setLocale(locale: Locale): Promise<void> {
  const { default: translation } = await texts[locale]();
  if (!i18next.isInitialized) await start(locale);
  i18next.addResourceBundle(locale, "translation", translation, true, true);
  await i18next.changeLanguage(locale);
  document.documentElement.lang = locale;
}

async function start(locale: Locale): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: locale,
    resources: {},
    keySeparator: false,
    nsSeparator: false,
    returnNull: false,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
}

export interface Texts {
  t: (key: TextKey, values?: Record<string, unknown>) => string;
  locale: Locale;
  format: Format;
}

/** Texts and formatters of the language on screen. */
export function useText(): Texts {
  const { t, i18n } = useTranslation();
  const zone = useContext(TimeZone);
  const locale: Locale = i18n.language === "ko" ? "ko" : "en";
  const dates = useContext(Dates);
  const format = useMemo(() => createFormat(locale, zone, dates), [locale, zone, dates]);
  const say = useMemo(() => {
    const plain = t as unknown as Texts["t"];
    return locale === "ko"
      ? (((key, values) => withParticles(plain(key, values))) satisfies Texts["t"])
      : plain;
  }, [t, locale]);
  return { t: say, locale, format };
}
