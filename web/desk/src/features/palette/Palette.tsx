import { useText } from "@damso/i18n";
import { Kbd } from "@damso/ui";
import { Modal } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import classes from "./palette.module.css";
import { closePalette } from "./paletteStore.ts";
import { useCommands } from "./useCommands.tsx";
import { useFound } from "./useFound.tsx";

interface Props {
  start: string;
  onKeys: () => void;
}

/** Everything by name: where to go, what to do, which customer or case. */
export default function Palette({ start, onKeys }: Props) {
  const { t } = useText();
  const [text, setText] = useState(start);
  const [at, setAt] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const commands = useCommands(text, onKeys);
  const found = useFound(text);
  const lines = [...commands, ...found];
  const current = Math.min(at, lines.length - 1);

  useEffect(() => {
    list.current?.querySelector(`[aria-selected="true"]`)?.scrollIntoView({ block: "nearest" });
  });

  const run = (index: number) => {
    const line = lines[index];
    if (!line) return;
    closePalette();
    line.run();
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt((current + 1) % lines.length);
    else if (event.key === "ArrowUp") setAt((current - 1 + lines.length) % lines.length);
    else if (event.key === "Enter") run(current);
    else return;
    event.preventDefault();
  };

  return (
    <Modal
      opened
      onClose={closePalette}
      withCloseButton={false}
      size={600}
      yOffset="12vh"
      padding={0}
      attributes={{ content: { "aria-label": t("palette.title") } }}
      classNames={{ body: classes.body }}
    >
      <div className={classes.box}>
        <IconSearch size={18} stroke={1.6} aria-hidden="true" />
        <input
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
              <span className={classes.mark}>{line.mark}</span>
              <span className="cut">{line.label}</span>
              <span className={`${classes.hint} cut grow`}>{line.hint}</span>
              {line.combo && <Kbd combo={line.combo} />}
            </div>
          </div>
        ))}
        {lines.length === 0 && <p className={classes.none}>{t("state.noMatch")}</p>}
      </div>
    </Modal>
  );
}
