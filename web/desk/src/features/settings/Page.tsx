import { useText } from "@damso/i18n";
import { IconButton } from "@damso/ui";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useWidth } from "../../app/useWidth.ts";
import classes from "./settings.module.css";

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  /** Where back leads; the list of settings on a phone if nothing else is said. */
  back?: string;
  wide?: boolean;
  children: ReactNode;
}

/** One settings page: a title, what it is for, what can be done. */
export function Page({ title, lead, actions, back, wide, children }: Props) {
  const { t } = useText();
  const phone = useWidth() === "phone";
  const to = back ?? (phone ? "/settings" : undefined);
  return (
    <div className={classes.page} data-wide={wide}>
      <header className={classes.head}>
        {to && (
          <IconButton label={t("action.back")} renderRoot={(props) => <Link to={to as never} {...props} />}>
            <IconArrowLeft size={18} stroke={1.6} />
          </IconButton>
        )}
        <div className="grow">
          <h2 className={classes.title}>{title}</h2>
          {lead && <p className="muted">{lead}</p>}
        </div>
        {actions}
      </header>
      {children}
    </div>
  );
}
