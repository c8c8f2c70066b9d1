import { useText } from "@damso/i18n";
import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { useKeys } from "../../app/useKeys.ts";
import { useCompletions } from "../palette/useCompletions.tsx";
import type { Given } from "./given.ts";
import { readQuery } from "./operators.ts";
import classes from "./search.module.css";
import { useOperators } from "./useOperators.ts";

interface Props {
  text: string;
  focused: boolean;
  onText: (text: string) => void;
  onGiven: (given: Given) => void;
}

/** Words and conditions in one line: conditions are offered while one types, and step out as chips when complete. */
export function SearchBox({ text, focused, onText, onGiven }: Props) {
  const { t } = useText();
  const box = useRef<HTMLInputElement>(null);
  const operators = useOperators();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const listId = useId();
  const offers = useCompletions(text, ({ q, ...given }) => {
    onText(q ?? "");
    onGiven(given);
  });
  const shown = open ? offers : [];
  const current = Math.min(at, shown.length - 1);
  useKeys({ search: () => box.current?.focus() });

  const type = (next: string) => {
    setAt(0);
    const settled = /\s$/.test(next) ? readQuery(next, operators) : null;
    if (!settled || settled.chips.length === 0) return onText(next);
    onGiven(Object.assign({}, ...settled.chips.map((chip) => chip.given)));
    onText(settled.q ? `${settled.q} ` : "");
  };
  const choose = (index: number) => {
    const offer = shown[index];
    if (offer?.text !== undefined) type(offer.text);
    else offer?.run?.();
    box.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" && shown.length > 0) setAt((current + 1) % shown.length);
    else if (event.key === "ArrowUp" && shown.length > 0) setAt((current - 1 + shown.length) % shown.length);
    else if ((event.key === "Enter" || event.key === "Tab") && shown.length > 0 && !event.shiftKey)
      choose(current);
    else if (event.key === "Enter") type(`${text} `);
    else if (event.key === "Escape") box.current?.blur();
    else return;
    event.preventDefault();
  };

  return (
    <div className={classes.combo}>
      <TextInput
        ref={box}
        autoFocus={focused}
        classNames={{ input: classes.input }}
        role="combobox"
        aria-expanded={shown.length > 0}
        aria-controls={listId}
        aria-activedescendant={shown[current] ? `${listId}-${current}` : undefined}
        aria-label={t("room.search")}
        placeholder={t("search.placeholder")}
        leftSection={<IconSearch size={18} stroke={1.6} />}
        value={text}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onChange={(event) => {
          setOpen(true);
          type(event.currentTarget.value);
        }}
        onKeyDown={press}
      />
      {shown.length > 0 && (
        <div id={listId} role="listbox" aria-label={t("palette.conditions")} className={classes.offers}>
          {shown.map((offer, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the combobox, which points here
            <div
              key={offer.id}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              className={classes.offer}
              onPointerMove={() => setAt(index)}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => choose(index)}
            >
              {offer.mark}
              <span className="cut grow">{offer.label}</span>
              {offer.hint && <span className="small faint">{offer.hint}</span>}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
