import type { KeyAction } from "@damso/api";
import { useText } from "@damso/i18n";
import { Tooltip } from "@mantine/core";
import {
  IconChartBar,
  IconInbox,
  IconSearch,
  IconSettings,
  IconShoppingBag,
  IconUsers,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { KeyOf } from "../../app/KeyOf.tsx";
import { useMay } from "../../app/useMe.ts";
import { useStandstill } from "../../app/useSystem.ts";
import { viewsQuery } from "../inbox/viewsQuery.ts";
import { Logo } from "./Logo.tsx";
import { OwnState } from "./OwnState.tsx";
import classes from "./shell.module.css";

/** The rooms of the house, and the agent's own state at its foot. On a phone it lies below and steps aside inside a conversation. */
export function Rail({ onKeys }: { onKeys: () => void }) {
  const { t } = useText();
  const { pathname } = useLocation();
  const reads = useMay("conversations.read");
  const customers = useMay("customers.read");
  const commerce = useMay("commerce.read");
  const analytics = useMay("analytics.read");
  const { data: views } = useQuery({ ...viewsQuery, enabled: reads });
  const standstill = useStandstill();
  const mine = views?.find((view) => view.kind === "mine")?.count ?? 0;
  const inside = /^\/inbox\/[^/]+\/.|^\/(customers|companies|segments)\/.|^\/settings\/./.test(pathname);

  return (
    <nav className={classes.rail} data-inside={inside} aria-label={t("shell.rooms")}>
      <Logo className={classes.logo} />
      <div className={classes.rooms}>
        {reads && (
          <Room to="/inbox" name={t("room.inbox")} action="go_inbox" active={/^\/(inbox|c)\b/.test(pathname)}>
            <IconInbox size={20} stroke={1.6} aria-hidden="true" />
            {mine > 0 && (
              <span className={`${classes.badge} num`}>
                {mine > 99 ? "99+" : mine}
                <span className="sr-only">{t("shell.mineCount")}</span>
              </span>
            )}
          </Room>
        )}
        {customers && (
          <Room
            to="/customers"
            name={t("room.customers")}
            action="go_customers"
            active={/^\/(customers|companies|segments)\b/.test(pathname)}
          >
            <IconUsers size={20} stroke={1.6} aria-hidden="true" />
          </Room>
        )}
        {commerce && (
          <Room
            to={customers ? "/orders" : "/products"}
            name={t("room.orders")}
            action="go_orders"
            active={/^\/(orders|returns|products|counter)\b/.test(pathname)}
          >
            <IconShoppingBag size={20} stroke={1.6} aria-hidden="true" />
          </Room>
        )}
        {reads && (
          <Room
            to="/search"
            name={t("room.search")}
            action="go_search"
            active={pathname.startsWith("/search")}
          >
            <IconSearch size={20} stroke={1.6} aria-hidden="true" />
          </Room>
        )}
        {analytics && (
          <Room
            to="/analytics"
            name={t("room.analytics")}
            action="go_analytics"
            active={pathname.startsWith("/analytics")}
          >
            <IconChartBar size={20} stroke={1.6} aria-hidden="true" />
          </Room>
        )}
      </div>
      <span className={classes.space} />
      <Room
        to="/settings"
        name={t("room.settings")}
        action="go_settings"
        active={pathname.startsWith("/settings")}
      >
        <IconSettings size={20} stroke={1.6} aria-hidden="true" />
        {standstill && (
          <span className={classes.attention}>
            <span className="sr-only">{t("system.attention")}</span>
          </span>
        )}
      </Room>
      <OwnState onKeys={onKeys} />
    </nav>
  );
}

interface RoomProps {
  to: "/inbox" | "/customers" | "/orders" | "/products" | "/analytics" | "/search" | "/settings";
  name: string;
  action: KeyAction;
  active: boolean;
  children: ReactNode;
}

function Room({ to, name, action, active, children }: RoomProps) {
  const tip = (
    <span style={{ display: "inline-flex", gap: 8, alignItems: "center" }}>
      {name} <KeyOf action={action} />
    </span>
  );
  return (
    <Tooltip label={tip} position="right">
      <Link to={to} className={classes.item} aria-current={active ? "page" : undefined}>
        {children}
        <span className={classes.itemName}>{name}</span>
      </Link>
    </Tooltip>
  );
}
