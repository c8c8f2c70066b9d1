import { useText } from "@damso/i18n";
import { Drawer } from "@mantine/core";
import { Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { remember } from "../../app/remembered.ts";
import { useKeys } from "../../app/useKeys.ts";
import { useWidth } from "../../app/useWidth.ts";
import { toggleColumn, useFolded } from "./columns.ts";
import classes from "./inbox.module.css";
import { ListColumn } from "./ListColumn.tsx";
import { ViewsColumn } from "./ViewsColumn.tsx";

/** Views, list and whatever is open beside them. On a phone one of them at a time. */
export function InboxPage() {
  const { viewId, conversationId } = useParams({ strict: false });
  const { t } = useText();
  const navigate = useNavigate();
  const width = useWidth();
  const folded = useFolded("views");
  const [drawer, setDrawer] = useState(false);

  useEffect(() => remember("view", viewId), [viewId]);
  useEffect(() => {
    if (viewId) setDrawer(false);
  }, [viewId]);
  useKeys({
    fold_views: () => toggleColumn("views"),
    search: () => void navigate({ to: "/search" }),
  });

  if (!viewId) return null;
  const phone = width === "phone";
  return (
    <div className={classes.inbox}>
      {!phone && !folded && <ViewsColumn viewId={viewId} />}
      {phone && (
        <Drawer
          opened={drawer}
          onClose={() => setDrawer(false)}
          title={t("room.inbox")}
          size={280}
          closeButtonProps={{ "aria-label": t("action.close") }}
        >
          <ViewsColumn viewId={viewId} />
        </Drawer>
      )}
      {(!phone || !conversationId) && (
        <ListColumn
          key={viewId}
          viewId={viewId}
          conversationId={conversationId}
          onViews={phone ? () => setDrawer(true) : folded ? () => toggleColumn("views") : undefined}
        />
      )}
      {(!phone || conversationId) && (
        <div className={classes.open}>
          <Outlet />
        </div>
      )}
    </div>
  );
}
