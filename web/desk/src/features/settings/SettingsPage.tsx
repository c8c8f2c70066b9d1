import { type TextKey, useText } from "@damso/i18n";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { mayManage, useMe } from "../../app/useMe.ts";
import { useWidth } from "../../app/useWidth.ts";
import classes from "./settings.module.css";

interface Group {
  title: TextKey;
  pages: [string, TextKey][];
}

const OWN: Group = { title: "settings.own", pages: [["profile", "settings.profile"]] };
const SHARED: Group = {
  title: "settings.work",
  pages: [
    ["canned-answers", "settings.canned"],
    ["tags", "settings.tags"],
  ],
};
const COMPANY: Group = {
  title: "settings.company",
  pages: [
    ["start", "settings.start"],
    ["channels", "settings.channels"],
    ["brand", "settings.brand"],
    ["people", "settings.people"],
    ["teams", "settings.teams"],
    ["keys", "settings.keys"],
  ],
};

/** The list of settings and the one that is open. What a role may not use is not shown. */
export function SettingsPage() {
  const { t } = useText();
  const me = useMe();
  const { pathname } = useLocation();
  const phone = useWidth() === "phone";
  const groups = mayManage(me) ? [OWN, COMPANY, SHARED] : [OWN, SHARED];
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
                      aria-current={pathname.includes(`/settings/${path}`) ? "page" : undefined}
                    >
                      {t(name)}
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
          <Outlet />
        </div>
      )}
    </div>
  );
}
