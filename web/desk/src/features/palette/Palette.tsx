import { useText } from "@damso/i18n";
import { Kbd } from "@damso/ui";
import { Modal } from "@mantine/core";
import { IconSearch, IconX } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { ChipRow } from "../search/ChipRow.tsx";
import { Marked } from "../search/Marked.tsx";
import type { Line } from "./line.ts";
import classes from "./palette.module.css";
import { closePalette } from "./paletteStore.ts";
import { useCommands } from "./useCommands.tsx";
import { useCompletions } from "./useCompletions.tsx";
import { useFound } from "./useFound.tsx";
import { useListed } from "./useListed.tsx";
import { useRecent } from "./useRecent.tsx";

interface Props {
  start: string;
  onKeys: () => void;
}

/** Everything by name: where to go, what to do, who it was, what they said. */
export default function Palette({ start, onKeys }: Props) {
  const { t } = useText();
  const navigate = useNavigate();
  const [text, setText] = useState(start);
  const [at, setAt] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const search = (given: Record<string, string | undefined>) =>
    void navigate({ to: "/search", search: given });
  const recent = useRecent(text.trim() === "", (words) => search({ q: words }));
  const completions = useCompletions(text, search);
  const commands = useCommands(text, onKeys);
  const listed = useListed(text);
  const { lines: found, chips } = useFound(text);
  const lines = [...recent, ...completions, ...commands, ...listed, ...found];
  const current = Math.min(at, lines.length - 1);

  useEffect(() => {
    list.current?.querySelector(`[aria-selected="true"]`)?.scrollIntoView({ block: "nearest" });
  });

  const type = (next: string) => {
    setText(next);
    setAt(0);
    input.current?.focus();
  };
  const run = (index: number) => {
    const line = lines[index];
    if (!line) return;
    if (line.text !== undefined) return type(line.text);
    closePalette();
    line.run?.();
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const line = lines[current];
    if (event.key === "ArrowDown") setAt((current + 1) % lines.length);
    else if (event.key === "ArrowUp") setAt((current - 1 + lines.length) % lines.length);
    else if (event.key === "Enter") run(current);
    else if (event.key === "Tab" && !event.shiftKey && line?.text !== undefined) run(current);
    else if (event.key === "Delete" && event.shiftKey && line?.forget) line.forget();
    else return;
    event.preventDefault();
  };

  return (
    <Modal
      opened
      onClose={closePalette}
      withCloseButton={false}
      size={640}
      yOffset="12vh"
      padding={0}
      attributes={{ content: { "aria-label": t("palette.title") } }}
      classNames={{ body: classes.body }}
    >
      <div className={classes.box}>
        <IconSearch size={18} stroke={1.6} aria-hidden="true" />
        <input
          ref={input}
          data-autofocus
          className={classes.input}
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={lines[current] ? `${listId}-${current}` : undefined}
          aria-label={t("palette.title")}
          placeholder={t("palette.placeholder")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={press}
        />
      </div>
      {chips.length > 0 && (
        <div className={classes.chips}>
          <ChipRow
            chips={chips.map(({ operator, label }) => ({
              id: operator.id,
              name: operator.label,
              value: label,
            }))}
          />
        </div>
      )}
      <div ref={list} id={listId} role="listbox" aria-label={t("palette.title")} className={classes.list}>
        {lines.map((line, index) => (
          <div key={line.id} role="presentation">
            {line.group !== lines[index - 1]?.group && (
              <div className={classes.group} role="presentation">
                {line.group}
              </div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the combobox, which points here */}
            <div
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              className={classes.line}
              onPointerMove={() => setAt(index)}
              onClick={() => run(index)}
            >
              <LineBody line={line} query={text} />
            </div>
          </div>
        ))}
        {lines.length === 0 && <p className={classes.none}>{t("state.noMatch")}</p>}
      </div>
      <p className={classes.foot}>{t("palette.help")}</p>
    </Modal>
  );
}

function LineBody({ line, query }: { line: Line; query: string }) {
  const { t } = useText();
  return (
    <>
      <span className={classes.mark}>{line.mark}</span>
      <span className={`${classes.label} cut`}>
        <Marked text={line.label} pieces={line.pieces} query={query} />
      </span>
      <span className={`${classes.hint} cut grow`}>{line.hint}</span>
      {line.combo && <Kbd combo={line.combo} />}
      {line.forget && (
        <button
          type="button"
          tabIndex={-1}
          className={classes.forget}
          aria-label={t("recent.forget", { name: line.label })}
          title={t("recent.forgetKey")}
          onClick={(event) => {
            event.stopPropagation();
            line.forget?.();
          }}
        >
          <IconX size={14} stroke={1.8} aria-hidden="true" />
        </button>
      )}
    </>
  );
}
