import { useText } from "@damso/i18n";
import { Time } from "@damso/ui";
import { Button } from "@mantine/core";
import type { Stopped } from "./GiveUpDialog.tsx";
import classes from "./settings.module.css";

interface Props {
  stopped: Stopped;
  trying: boolean;
  onRetry: () => void;
  onGiveUp: () => void;
}

/** One thing that stands still: what it is, why, since when. */
export function StoppedRow({ stopped, trying, onRetry, onGiveUp }: Props) {
  const { t } = useText();
  return (
    <li className={classes.row} style={{ flexWrap: "wrap" }}>
      <div className={classes.rowBody} style={{ flexBasis: 280 }}>
        <div>{stopped.title}</div>
        <div className="small muted">{stopped.explanation}</div>
        <div className="small faint">
          <Time at={stopped.since} as="moment" />
          {stopped.kind === "item"
            ? ` · ${t("system.attempts", { count: stopped.attempts })}`
            : stopped.name && ` · ${stopped.name}`}
        </div>
      </div>
      <span className={classes.actions} style={{ flexWrap: "nowrap" }}>
        <Button size="xs" loading={trying} onClick={onRetry}>
          {t("action.retry")}
        </Button>
        <Button size="xs" variant="subtle" onClick={onGiveUp}>
          {t("system.giveUp")}
        </Button>
      </span>
    </li>
  );
}
