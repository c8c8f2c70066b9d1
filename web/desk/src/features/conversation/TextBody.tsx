import { useText } from "@damso/i18n";
import { type ReactNode, useState } from "react";
import classes from "./thread.module.css";

/** Longer than this and a message is folded to its beginning. */
const LONG = 4_000;

interface Props {
  text: string;
  /** How many characters are new; what follows is quoted and stays folded. */
  fresh: number | null;
  names?: string[];
}

export function TextBody({ text, fresh, names = [] }: Props) {
  const { t } = useText();
  const [quote, setQuote] = useState(false);
  const [whole, setWhole] = useState(text.length <= LONG);
  const split = fresh === null ? text.length : fresh;
  const said = text.slice(0, split).trimEnd();
  const quoted = text.slice(split).trim();
  return (
    <div className={classes.text}>
      {said && <p>{rich(whole ? said : `${said.slice(0, LONG)}…`, names)}</p>}
      {!whole && (
        <button type="button" className={classes.quietOpen} onClick={() => setWhole(true)}>
          {t("thread.whole")}
        </button>
      )}
      {quoted && (
        <button
          type="button"
          className={classes.quoteToggle}
          aria-expanded={quote}
          aria-label={quote ? t("thread.hideQuote") : t("thread.showQuote")}
          onClick={() => setQuote(!quote)}
        >
          •••
        </button>
      )}
      {quote && <blockquote className={classes.quote}>{rich(quoted, names)}</blockquote>}
    </div>
  );
}

const LINK = /(https?:\/\/[^\s<>"'’”)\]]+[^\s<>"'’”)\].,!?:;])/g;

/** Addresses become links, names of colleagues stand out; everything else stays text. */
function rich(text: string, names: string[]): ReactNode[] {
  return text.split(LINK).map((part, index) =>
    index % 2 === 1 ? (
      <a key={index} href={part} target="_blank" rel="noreferrer noopener" className={classes.link}>
        {part}
      </a>
    ) : (
      <span key={index}>{withNames(part, names)}</span>
    ),
  );
}

function withNames(text: string, names: string[]): ReactNode {
  if (names.length === 0) return text;
  const pattern = new RegExp(`(${names.map((name) => `@${literally(name)}`).join("|")})`, "g");
  return text.split(pattern).map((part, index) =>
    index % 2 === 1 ? (
      <span key={index} className={classes.mention}>
        {part}
      </span>
    ) : (
      part
    ),
  );
}

function literally(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
