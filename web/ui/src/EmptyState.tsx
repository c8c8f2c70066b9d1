import type { ReactNode } from "react";
import classes from "./parts.module.css";

interface Props {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  /** The one next step. */
  action?: ReactNode;
}

export function EmptyState({ icon, title, children, action }: Props) {
  return (
    <div className={classes.empty}>
      {icon && <span className={classes.emptyIcon}>{icon}</span>}
      <p className="bold">{title}</p>
      {children && <p className={classes.emptyText}>{children}</p>}
      {action && <div className={classes.emptyAction}>{action}</div>}
    </div>
  );
}
