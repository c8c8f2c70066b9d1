import { useText } from "@damso/i18n";
import classes from "./composer.module.css";
import type { Suggestion } from "./useSuggestions.tsx";

interface Props {
  shown: Suggestion[];
  at: number;
  setAt: (at: number) => void;
  sign: "/" | "@" | undefined;
}

/** Lies on the composer's upper edge; the caret stays in the text, keys go through it. */
export function Suggestions({ shown, at, setAt, sign }: Props) {
  const { t } = useText();
  if (shown.length === 0) return null;
  return (
    <div
      className={classes.suggestions}
      role="listbox"
      aria-label={sign === "@" ? t("composer.mention") : t("composer.canned")}
    >
      {shown.map((one, index) => (
        <div
          key={one.id}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          className={classes.suggestion}
          onPointerMove={() => setAt(index)}
          // Before the text loses the focus, which would close this list.
          onPointerDown={(event) => {
            event.preventDefault();
            one.take();
          }}
        >
          {one.mark}
          <span className="grow cut">{one.label}</span>
          <span className="small faint">{one.hint}</span>
        </div>
      ))}
    </div>
  );
}
