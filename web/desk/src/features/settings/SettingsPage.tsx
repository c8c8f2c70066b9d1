import { type TextKey, useText } from "@damso/i18n";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { may, useMe } from "../../app/useMe.ts";
import { useStandstill } from "../../app/useSystem.ts";
import { useUrgentRequests } from "../../app/useUrgentRequests.ts";
import { useWidth } from "../../app/useWidth.ts";
import { SETTINGS } from "./pages.ts";
import classes from "./settings.module.css";

/** The list of settings and the one that is open. What a role may not use is not shown. */
export function SettingsPage() {
  const { t } = useText();
  const me = useMe();
  const { pathname } = useLocation();
  const attention: Record<string, TextKey | false> = {
    system: useStandstill() && "system.attention",
    "access-requests": useUrgentRequests() && "accessRequest.attention",
  };
  const phone = useWidth() === "phone";
  const groups = SETTINGS.map((group) => ({
    ...group,
    pages: group.pages.filter(([, , needed]) => !needed || may(me, needed)),
  })).filter((group) => group.pages.length > 0);
  const atRoot = /\/settings\/?$/.test(pathname);

  return (
    <div className={classes.settings}>
      {(!phone || atRoot) && (
        <nav className={classes.nav} aria-label={t("room.settings")}>
          <h1 className={classes.navTitle}>{t("room.settings")}</h1>
          {groups.map((group) => (
            <section key={group.title} className={classes.navGroup}>
              <h2 className={classes.navGroupTitle}>{t(group.title)}</h2>
              <ul>
                {group.pages.map(([path, name]) => (
                  <li key={path}>
                    <Link
                      to={`/settings/${path}` as never}
                      className={classes.navLink}
                      aria-current={`${pathname}/`.includes(`/settings/${path}/`) ? "page" : undefined}
                    >
                      {t(name)}
                      {attention[path] && (
                        <span className={classes.attention}>
                          <span className="sr-only">{t(attention[path])}</span>
                        </span>
                      )}
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </nav>
      )}
      {(!phone || !atRoot) && (
        <div className={classes.content}>
          {phone && <h1 className="sr-only">{t("room.settings")}</h1>}
          <Outlet />
        </div>
      )}
    </div>
  );
}
