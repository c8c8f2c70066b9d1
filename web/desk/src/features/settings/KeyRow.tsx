import type { KeyAction, KeyBook, MyKeys, MySettings } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { IconButton, Kbd, keyText } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconPlus, IconRotate, IconX } from "@tabler/icons-react";
import { useCallback, useState } from "react";
import { ACTION_NAMES } from "../shell/keyNames.ts";
import classes from "./keyboard.module.css";
import { clashOf, refusalFor, withKey, withoutKey, withoutOwn } from "./keyEdits.ts";
import { useRecorder } from "./useRecorder.ts";

interface Props {
  action: KeyAction;
  name: string;
  settings: MySettings;
  book: KeyBook;
  onSave: (keys: MyKeys) => void;
}

const MOST = 3;
/** What is being pressed: instead of a key, or (empty) as one more. */
type Recording = { instead: string };
type Problem = { combo: string; instead: string; other?: KeyAction; why?: TextKey };

/** One action and its keys. A clash is settled here, at once. */
export function KeyRow({ action, name, settings, book, onSave }: Props) {
  const { t } = useText();
  const [recording, setRecording] = useState<Recording | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const combos = settings.keymap[action];
  const own = settings.keys.own[action] !== undefined;

  const take = useCallback(
    (combo: string) => {
      const instead = recording?.instead ?? "";
      setRecording(null);
      const refusal = refusalFor(book, action, combo);
      const other = clashOf(settings.keymap, action, combo);
      if (refusal) setProblem({ combo, instead, why: `keyboard.refused.${refusal}` as TextKey });
      else if (other) setProblem({ combo, instead, other });
      else onSave(withKey(settings, action, combo, instead));
    },
    [recording, book, action, settings, onSave],
  );
  const cancel = useCallback(() => setRecording(null), []);
  const pressed = useRecorder(recording !== null, take, cancel);
  const record = (instead: string) => {
    setProblem(null);
    setRecording({ instead });
  };

  return (
    <div className={classes.row} data-recording={recording !== null}>
      <span className={classes.name}>{name}</span>
      <span className={classes.keys}>
        {combos.map((combo) => (
          <span key={combo} className={classes.key}>
            <button
              type="button"
              className={classes.change}
              aria-label={t("keyboard.change", { name, key: keyText(combo) })}
              onClick={() => record(combo)}
              onBlur={cancel}
            >
              {recording?.instead === combo ? <Listening pressed={pressed} /> : <Kbd combo={combo} />}
            </button>
            <button
              type="button"
              className={classes.remove}
              aria-label={t("keyboard.remove", { name, key: keyText(combo) })}
              onClick={() => onSave(withoutKey(settings, action, combo))}
            >
              <IconX size={12} stroke={2} aria-hidden="true" />
            </button>
          </span>
        ))}
        {combos.length < MOST && (
          <button
            type="button"
            className={classes.add}
            aria-label={t("keyboard.add", { name })}
            onClick={() => record("")}
            onBlur={cancel}
          >
            {recording?.instead === "" ? (
              <Listening pressed={pressed} />
            ) : (
              <IconPlus size={14} stroke={1.8} aria-hidden="true" />
            )}
          </button>
        )}
        <span className={classes.reset}>
          {own && (
            <IconButton
              label={t("keyboard.reset", { name })}
              onClick={() => {
                setProblem(null);
                onSave(withoutOwn(settings, book, action));
              }}
            >
              <IconRotate size={16} stroke={1.6} />
            </IconButton>
          )}
        </span>
      </span>
      {problem && (
        <p className={classes.problem} role="alert">
          <Kbd combo={problem.combo} />
          <span>
            {problem.why
              ? t(problem.why)
              : t("keyboard.taken", { name: t(ACTION_NAMES[problem.other ?? action]) })}
          </span>
          {problem.other && (
            <Button
              data-size="small"
              onClick={() => {
                setProblem(null);
                onSave(withKey(settings, action, problem.combo, problem.instead));
              }}
            >
              {t("keyboard.takeOver")}
            </Button>
          )}
          <Button variant="subtle" data-size="small" onClick={() => setProblem(null)}>
            {t("action.cancel")}
          </Button>
        </p>
      )}
    </div>
  );
}

function Listening({ pressed }: { pressed: string }) {
  const { t } = useText();
  return (
    <span className={classes.listening} role="status">
      {pressed ? <Kbd combo={pressed} /> : t("keyboard.press")}
    </span>
  );
}
