import type { Entry } from "@damso/api";
import { useText } from "@damso/i18n";
import classes from "./content.module.css";

/** The message that this one answers; pressing it shows where it was said. */
export function QuoteLine({ quotes }: { quotes: NonNullable<Entry["quotes"]> }) {
  const { t } = useText();
  return (
    <button
      type="button"
      className={`${classes.quotes} cut`}
      title={t("thread.toQuoted")}
      onClick={() => document.getElementById(`entry-${quotes.id}`)?.scrollIntoView({ block: "center" })}
    >
      <span className="bold">{quotes.author}</span> {quotes.preview}
    </button>
  );
}
