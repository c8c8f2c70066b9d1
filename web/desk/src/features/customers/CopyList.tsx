import type { Participant } from "@damso/api";
import { IconMail } from "@tabler/icons-react";
import classes from "./panel.module.css";

/** Who reads along in copy. */
export function CopyList({ copies }: { copies: Participant[] }) {
  return (
    <ul className={classes.facts}>
      {copies.map((copy) => (
        <li key={copy.identity_id} className={classes.fact}>
          <IconMail size={15} stroke={1.6} className={classes.factMark} aria-hidden="true" />
          <span className="grow cut">{copy.name ? `${copy.name} · ${copy.value}` : copy.value}</span>
        </li>
      ))}
    </ul>
  );
}
