import type { View, ViewKind } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { IconButton, Skeleton } from "@damso/ui";
import { Menu } from "@mantine/core";
import {
  IconAt,
  IconBell,
  IconCircleCheck,
  IconClock,
  IconDots,
  IconFilter,
  IconInbox,
  IconLayoutSidebarLeftCollapse,
  IconPlus,
  IconUser,
  IconUserQuestion,
  IconUsersGroup,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useKeyOf } from "../../app/keymap.ts";
import { useWidth } from "../../app/useWidth.ts";
import { toggleColumn } from "./columns.ts";
import { SavedViewDialog } from "./SavedViewDialog.tsx";
import { useMoveView, useRemoveView } from "./savedViews.ts";
import { viewIcon } from "./viewIcons.ts";
import { viewCount, viewName } from "./viewNames.ts";
import classes from "./views.module.css";
import { viewsQuery } from "./viewsQuery.ts";

const MARKS: Record<ViewKind, typeof IconUser> = {
  mine: IconUser,
  unassigned: IconUserQuestion,
  mentions: IconAt,
  reminders: IconBell,
  open: IconInbox,
  snoozed: IconClock,
  resolved: IconCircleCheck,
  team: IconUsersGroup,
  saved: IconFilter,
};

const SECTIONS: { kinds: ViewKind[]; title?: TextKey }[] = [
  { kinds: ["mine", "unassigned", "mentions", "reminders", "open", "snoozed", "resolved"] },
  { kinds: ["team"], title: "views.teams" },
];

export function ViewsColumn({ viewId }: { viewId: string }) {
  const { t } = useText();
  const phone = useWidth() === "phone";
  const { data: views } = useQuery(viewsQuery);
  const [editing, setEditing] = useState<View | "new" | null>(null);
  const removeView = useRemoveView();
  const folds = useKeyOf("fold_views");
  const moveView = useMoveView();
  const saved = views?.filter((view) => view.kind === "saved") ?? [];

  return (
    <nav className={classes.views} aria-label={t("views.title")}>
      {!phone && (
        <header className={classes.head}>
          <h1 className={classes.title}>{t("room.inbox")}</h1>
          <IconButton label={t("keys.foldViews")} combo={folds} onClick={() => toggleColumn("views")}>
            <IconLayoutSidebarLeftCollapse size={18} stroke={1.6} />
          </IconButton>
        </header>
      )}
      <div className={classes.scroll}>
        {!views && <Skeleton label={t("state.loading")} />}
        {SECTIONS.map(({ kinds, title }) => {
          const shown = views?.filter((view) => kinds.includes(view.kind)) ?? [];
          if (shown.length === 0) return null;
          return (
            <section key={kinds[0]} className={classes.section}>
              {title && <h2 className={classes.sectionTitle}>{t(title)}</h2>}
              <ul>
                {shown.map((view) => (
                  <li key={view.id}>
                    <ViewLink view={view} current={view.id === viewId} />
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
        {views && (
          <section className={classes.section}>
            <h2 className={classes.sectionTitle}>
              <span className="grow">{t("views.saved")}</span>
              <IconButton label={t("views.add")} size={24} onClick={() => setEditing("new")}>
                <IconPlus size={14} stroke={1.8} />
              </IconButton>
            </h2>
            {saved.length === 0 && <p className={classes.none}>{t("views.noSaved")}</p>}
            <ul>
              {saved.map((view) => (
                <li key={view.id} className={classes.savedRow}>
                  <ViewLink view={view} current={view.id === viewId} />
                  <Menu>
                    <Menu.Target>
                      <IconButton
                        label={t("views.more", { name: view.name ?? "" })}
                        size={24}
                        className={classes.more}
                      >
                        <IconDots size={14} />
                      </IconButton>
                    </Menu.Target>
                    <Menu.Dropdown>
                      <Menu.Item onClick={() => moveView(view, -1)}>{t("views.up")}</Menu.Item>
                      <Menu.Item onClick={() => moveView(view, 1)}>{t("views.down")}</Menu.Item>
                      {view.editable && (
                        <>
                          <Menu.Item onClick={() => setEditing(view)}>{t("action.edit")}</Menu.Item>
                          <Menu.Item data-tone="danger" onClick={() => removeView(view)}>
                            {t("action.delete")}
                          </Menu.Item>
                        </>
                      )}
                    </Menu.Dropdown>
                  </Menu>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
      {editing && (
        <SavedViewDialog view={editing === "new" ? null : editing} onClose={() => setEditing(null)} />
      )}
    </nav>
  );
}

function ViewLink({ view, current }: { view: View; current: boolean }) {
  const { t, format } = useText();
  const Mark = view.kind === "saved" ? viewIcon(view.icon) : MARKS[view.kind];
  const count = viewCount(view, format);
  return (
    <Link
      to="/inbox/$viewId"
      params={{ viewId: view.id }}
      className={classes.view}
      aria-current={current ? "page" : undefined}
    >
      <Mark
        size={16}
        stroke={1.6}
        aria-hidden="true"
        className={classes.mark}
        style={view.kind === "saved" && view.icon ? { color: `var(--d-tag-${view.colour})` } : undefined}
      />
      <span className="grow cut">{viewName(view, t)}</span>
      {view.kind === "saved" && (view.shared || view.team_id) && (
        <IconUsersGroup
          size={13}
          stroke={1.6}
          className="faint"
          aria-label={t(view.shared ? "views.everybody" : "views.team")}
        />
      )}
      {count && (
        <span className={`${classes.count} num`}>
          <span aria-hidden="true">{count}</span>
          <span className="sr-only">{t("views.count", { count: view.count })}</span>
        </span>
      )}
    </Link>
  );
}
