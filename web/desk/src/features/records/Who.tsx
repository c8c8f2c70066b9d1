import type { RecordActor } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconKey, IconServer, IconUser, IconUserQuestion } from "@tabler/icons-react";
import classes from "./records.module.css";

const MARKS = { agent: IconUser, key: IconKey, system: IconServer, unknown: IconUserQuestion };

/** A person, a program, the system, or nobody that is known; gone ones by the beginning of their id. */
export function Who({ who }: { who: RecordActor }) {
  const { t } = useText();
  const Mark = MARKS[who.kind as keyof typeof MARKS] ?? IconUser;
  const name =
    who.kind === "system"
      ? who.id
        ? `${t("records.system")} (${who.id})`
        : t("records.system")
      : who.name || (who.id ? `${t("records.gone")} ${who.id.slice(0, 8)}` : t("records.unknown"));
  return (
    <span className={classes.who}>
      <Mark size={14} stroke={1.6} aria-hidden="true" />
      <span className="cut">{name}</span>
    </span>
  );
}
