import type { ReactNode } from "react";
import classes from "./parts.module.css";

/** The colours a tag can have; tokens.css says what they look like. */
export const TAG_COLOURS = [
  "blue",
  "green",
  "orange",
  "purple",
  "teal",
  "red",
  "yellow",
  "pink",
  "brown",
  "grey",
];

export function TagDot({ colour }: { colour: string }) {
  const known = TAG_COLOURS.includes(colour) ? colour : "grey";
  return <span className={classes.dot} style={{ background: `var(--d-tag-${known})` }} />;
}

/** A tag: a dot of its colour and always its name. */
export function TagChip({ name, colour }: { name: string; colour: string }) {
  return (
    <span className={classes.tag}>
      <TagDot colour={colour} />
      <span className="cut">{name}</span>
    </span>
  );
}

interface StateProps {
  tone: "ok" | "warn" | "danger" | "off" | "accent";
  children: ReactNode;
}

/** A state in words with a mark of its colour. */
export function StateMark({ tone, children }: StateProps) {
  return (
    <span className={classes.state} data-tone={tone}>
      <span className={classes.stateDot} />
      {children}
    </span>
  );
}
