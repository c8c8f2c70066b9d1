import { useText } from "@damso/i18n";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useMay } from "../../app/useMe.ts";
import { resumeAct, useRunningAct } from "./act.ts";
import classes from "./bulk.module.css";

/** How far an act has come that takes longer; it goes on when this page is left. */
export function Progress() {
  const { t, format } = useText();
  const client = useQueryClient();
  const act = useRunningAct();
  const acts = useMay("conversations.write");
  useEffect(() => {
    if (acts) void resumeAct(client);
  }, [acts, client]);
  if (!act) return null;
  const left = act.state === "undoing" ? act.done : act.waiting;
  const done = act.total - left;
  return (
    <div className={classes.progress} role="status">
      <span>{t(act.state === "undoing" ? "bulk.undoing" : "bulk.working")}</span>
      <progress className={classes.track} max={act.total} value={done} aria-label={t("bulk.working")} />
      <span className="num faint">
        {format.number(done)} / {format.number(act.total)}
      </span>
    </div>
  );
}
