import { useText } from "@damso/i18n";
import { IconCloudOff } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useWaitingCount } from "../composer/outboxStore.ts";
import { useLive } from "../live/LiveProvider.tsx";
import classes from "./shell.module.css";

/** A blink of the line is nobody's business; only a lasting break is told. */
const PATIENCE = 2_000;

/** Says that the line is broken, what still works, and what waits. */
export function ConnectionBar() {
  const { live, state } = useLive();
  const { t } = useText();
  const waiting = useWaitingCount();
  const [broken, setBroken] = useState(false);
  const lost = state !== "live";

  useEffect(() => {
    if (!lost) {
      setBroken(false);
      return;
    }
    const timer = setTimeout(() => setBroken(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [lost]);

  if (!broken) return null;
  return (
    <div className={classes.line} role="status">
      <IconCloudOff size={16} stroke={1.6} aria-hidden="true" />
      <span>{waiting > 0 ? t("line.brokenWaiting", { count: waiting }) : t("line.broken")}</span>
      <button type="button" className={classes.lineRetry} onClick={() => live.wake()}>
        {t("action.retry")}
      </button>
    </div>
  );
}
