import { IconAlertTriangle, IconCircleX, IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./parts.module.css";

interface Props {
  tone: "info" | "warn" | "danger";
  children: ReactNode;
  actions?: ReactNode;
  /** Errors that appear after an action interrupt a screen reader; standing facts do not. */
  urgent?: boolean;
}

const MARKS = { info: IconInfoCircle, warn: IconAlertTriangle, danger: IconCircleX };

/** A sentence that stands where it matters, with what to do next. */
export function Notice({ tone, children, actions, urgent }: Props) {
  const Mark = MARKS[tone];
  return (
    <div className={classes.notice} data-tone={tone} role={urgent ? "alert" : undefined}>
      <Mark size={16} stroke={1.6} aria-hidden="true" className={classes.noticeMark} />
      <div className="grow">{children}</div>
      {actions && <div className={classes.noticeActions}>{actions}</div>}
    </div>
  );
}
