import { Time } from "@damso/ui";
import { type ReactNode, useState } from "react";
import classes from "./sources.module.css";

interface Props {
  at: string;
  name: string;
  tone: "ok" | "warn" | "danger";
  /** What became of it, in words. */
  verdict: string;
  json: string;
  before?: ReactNode;
}

/** An event on one line; opened, all that was sent. */
export function EventRow({ at, name, tone, verdict, json, before }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <li className={classes.event}>
      <div style={{ display: "flex", alignItems: "center", gap: 12 }}>
        {before}
        <button
          type="button"
          className={classes.eventHead}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <span className={classes.verdict} data-tone={tone} aria-hidden="true" />
          <span className={classes.eventName}>
            <span className="cut" style={{ display: "block" }}>
              {name}
            </span>
            <span className="small muted">{verdict}</span>
          </span>
          <Time at={at} as="time" className="small muted" />
        </button>
      </div>
      {open && <pre className={classes.json}>{json}</pre>}
    </li>
  );
}

/** JSON with one field to a line; what is no JSON stays as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
