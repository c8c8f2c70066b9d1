import { useLayoutEffect } from "preact/hooks";
import { brandColours } from "../../colour.ts";
import type { ChatState } from "../state.ts";

const DARK = matchMedia("(prefers-color-scheme: dark)");
/** The same as `--surface` in app.css: what the brand's colour has to be readable on. */
const SURFACE = { light: "#ffffff", dark: "#1b1d21" };

/** Language, theme, brand and safe areas onto the document; through the CSSOM, which a strict CSP allows. */
export function useLook({ theme, brand, locale, layout }: ChatState): void {
  useLayoutEffect(() => {
    const paint = () => {
      const { dataset, style } = document.documentElement;
      const shown = theme === "auto" ? (DARK.matches ? "dark" : "light") : theme;
      dataset.theme = shown;
      for (const [name, colour] of Object.entries(brandColours(brand.colour, SURFACE[shown]))) {
        style.setProperty(`--${name}`, colour);
      }
    };
    paint();
    DARK.addEventListener("change", paint);
    return () => DARK.removeEventListener("change", paint);
  }, [theme, brand.colour]);

  useLayoutEffect(() => {
    const { style, dataset } = document.documentElement;
    document.documentElement.lang = locale;
    dataset.layout = layout.phone ? "phone" : "panel";
    for (const [side, pixels] of Object.entries(layout.insets)) {
      style.setProperty(`--inset-${side}`, layout.phone ? `${pixels}px` : "0px");
    }
  }, [locale, layout]);
}
