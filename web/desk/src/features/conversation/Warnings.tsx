import type { Entry } from "@damso/api";
import { IconAlertTriangle } from "@tabler/icons-react";
import classes from "./thread.module.css";

/** What to be careful about in what came in, in the server's words. */
export function Warnings({ entry }: { entry: Entry }) {
  if (entry.warnings.length === 0) return null;
  return (
    <ul className={classes.warnings}>
      {entry.warnings.map((warning) => (
        <li key={warning.code}>
          <IconAlertTriangle size={14} stroke={1.8} aria-hidden="true" />
          <span>{warning.text}</span>
        </li>
      ))}
    </ul>
  );
}
