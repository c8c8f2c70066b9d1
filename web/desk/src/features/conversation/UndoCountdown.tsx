import { useText } from "@damso/i18n";
import { undoLatest } from "@damso/ui";
import { useEffect, useState } from "react";
import { useKeys } from "../../app/useKeys.ts";
import classes from "./thread.module.css";

interface Props {
  /** When it was said: what was done after that is undone before it. */
  at: string;
  until: string;
  onUndo: () => void;
}

/** The seconds in which a message can still be taken back. */
export function UndoCountdown({ at, until, onUndo }: Props) {
  const { t } = useText();
  const [left, setLeft] = useState(() => secondsTo(until));
  useEffect(() => {
    const timer = setInterval(() => setLeft(secondsTo(until)), 250);
    return () => clearInterval(timer);
  }, [until]);
  useKeys({ undo: () => undoLatest(Date.parse(at)) || onUndo() }, left > 0);
  if (left <= 0) return null;
  return (
    <button type="button" className={classes.undo} onClick={onUndo}>
      {t("delivery.undo")} <span className="num">{left}</span>
    </button>
  );
}

function secondsTo(until: string): number {
  return Math.ceil((Date.parse(until) - Date.now()) / 1000);
}
