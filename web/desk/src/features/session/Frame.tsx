import { type Locale, setLocale, useText } from "@damso/i18n";
import type { ReactNode } from "react";
import { remember } from "../../app/remembered.ts";
import { Logo } from "../shell/Logo.tsx";
import classes from "./session.module.css";

const LANGUAGES: [Locale, string][] = [
  ["ko", "한국어"],
  ["en", "English"],
];

interface Props {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}

/** The doorway: one narrow column, the language at its foot. */
export function Frame({ title, lead, children }: Props) {
  const { t, locale } = useText();
  return (
    <main className={classes.page}>
      <div className={classes.column}>
        <header className={classes.head}>
          <Logo className={classes.logo} />
          <h1 className={classes.title}>{title}</h1>
          {lead && <p className="muted">{lead}</p>}
        </header>
        {children}
        <footer className={classes.foot} aria-label={t("session.language")} role="group">
          {LANGUAGES.map(([code, name]) => (
            <button
              key={code}
              type="button"
              lang={code}
              className={classes.language}
              aria-pressed={code === locale}
              onClick={() => {
                remember("locale", code);
                void setLocale(code);
              }}
            >
              {name}
            </button>
          ))}
        </footer>
      </div>
    </main>
  );
}
