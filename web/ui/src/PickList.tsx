import { IconCheck } from "@tabler/icons-react";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import classes from "./pick.module.css";

export interface Choice {
  id: string;
  label: string;
  /** Shown small at the right or under the label. */
  hint?: string;
  mark?: ReactNode;
  checked?: boolean;
  group?: string;
  run: () => void;
}

interface Props {
  choices: Choice[];
  placeholder: string;
  empty: string;
  /** Called with what was typed when the caller searches itself; otherwise labels are filtered here. */
  onSearch?: (text: string) => void;
  /** Offered when nothing has that name yet. */
  onCreate?: { label: (text: string) => string; run: (text: string) => void };
  onEscape?: () => void;
}

/** A search box over a list, all by keyboard: the body of every "choose one" popover. */
export function PickList({ choices, placeholder, empty, onSearch, onCreate, onEscape }: Props) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const shown = withCreation(onSearch ? choices : filterChoices(choices, text), text, onCreate);
  const current = Math.min(at, shown.length - 1);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  });

  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt(Math.min(current + 1, shown.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(current - 1, 0));
    else if (event.key === "Enter") shown[current]?.run();
    else if (event.key === "Escape" && onEscape) onEscape();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className={classes.pick}>
      <input
        // biome-ignore lint/a11y/noAutofocus: the box is the popover's only purpose
        autoFocus
        data-autofocus
        className={classes.box}
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={shown[current] ? `${listId}-${shown[current].id}` : undefined}
        aria-label={placeholder}
        placeholder={placeholder}
        value={text}
        onKeyDown={press}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
          onSearch?.(event.target.value);
        }}
      />
      <div ref={list} id={listId} role="listbox" aria-label={placeholder} className={classes.list}>
        {shown.map((choice, index) => (
          <div key={choice.id} role="presentation">
            {choice.group && choice.group !== shown[index - 1]?.group && (
              <div className={classes.group} role="presentation">
                {choice.group}
              </div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the combobox, which points here */}
            <div
              id={`${listId}-${choice.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              className={classes.option}
              onPointerMove={() => setAt(index)}
              onClick={choice.run}
            >
              {choice.mark && <span className={classes.mark}>{choice.mark}</span>}
              <span className="grow cut">{choice.label}</span>
              {choice.hint && <span className={`${classes.hint} cut`}>{choice.hint}</span>}
              {choice.checked && <IconCheck size={14} className={classes.check} />}
            </div>
          </div>
        ))}
        {shown.length === 0 && <p className={classes.none}>{empty}</p>}
      </div>
    </div>
  );
}

function filterChoices(choices: Choice[], text: string): Choice[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return choices;
  return choices.filter((choice) => `${choice.label} ${choice.hint ?? ""}`.toLowerCase().includes(wanted));
}

function withCreation(choices: Choice[], text: string, onCreate: Props["onCreate"]): Choice[] {
  const name = text.trim();
  if (!onCreate || !name || choices.some((choice) => choice.label === name)) return choices;
  return [...choices, { id: "create", label: onCreate.label(name), run: () => onCreate.run(name) }];
}
