import { type TextKey, useText } from "@damso/i18n";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { may, useMe } from "../../app/useMe.ts";
import { useStandstill } from "../../app/useSystem.ts";
import { useUrgentRequests } from "../../app/useUrgentRequests.ts";
import { useWidth } from "../../app/useWidth.ts";
import { SETTINGS } from "./pages.ts";
import classes from "./settings.module.css";

interface Group {
  title: TextKey;
  /** Address, name, and what one has to be allowed to be shown it. */
  pages: [string, TextKey, Scope?][];
}

const OWN: Group = {
  title: "settings.own",
  pages: [
    ["profile", "settings.profile"],
    ["security", "settings.security"],
    ["exports", "export.mine", "customers.export"],
  ],
};
const SHARED: Group = {
  title: "settings.work",
  pages: [
    ["canned-answers", "settings.canned", "conversations.write"],
    ["macros", "settings.macros", "conversations.write"],
    ["tags", "settings.tags", "conversations.write"],
  ],
};
const COMPANY: Group = {
  title: "settings.company",
  pages: [
    ["start", "settings.start", "channels.manage"],
    ["channels", "settings.channels", "channels.manage"],
    ["sources", "settings.sources", "sources.manage"],
    ["brand", "settings.brand", "settings.manage"],
    ["people", "settings.people", "team.manage"],
    ["teams", "settings.teams", "team.manage"],
    ["sign-in", "settings.signIn", "settings.manage"],
    ["privacy", "settings.privacy", "customers.erase"],
    ["keys", "settings.keys", "keys.manage"],
    ["system", "settings.system", "settings.manage"],
  ],
};
const RECORDS: Group = {
  title: "settings.records",
  pages: [
    ["access", "settings.access", "access.review"],
    ["reviews", "settings.reviews", "access.review"],
    ["audit", "settings.audit", "audit.read"],
    ["integrity", "settings.integrity", "audit.read"],
  ],
};

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
          <Outlet />
        </div>
      )}
    </div>
  );
}
