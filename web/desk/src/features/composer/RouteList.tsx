import type { Route } from "@damso/api";
import { type Format, type Texts, useText } from "@damso/i18n";
import { ChannelMark } from "@damso/ui";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useChannelName } from "../../app/useChannels.ts";
import classes from "./composer.module.css";

interface Props {
  routes: Route[];
  route: Route;
  onChoose: (route: Route) => void;
}

/** Every way to this customer, the closed ones with the reason why. */
export function RouteList({ routes, route, onChoose }: Props) {
  const { t, format } = useText();
  const channelName = useChannelName();
  return (
    <ul className={classes.routes} aria-label={t("composer.routes")}>
      {routes.map((one) => (
        <li key={`${one.inbox_id}:${one.identity_id}`}>
          <button
            type="button"
            className={classes.routeOption}
            disabled={!one.open}
            aria-current={one === route ? "true" : undefined}
            onClick={() => onChoose(one)}
          >
            <ChannelMark channel={one.channel} size={16} />
            <span className={classes.routeText}>
              <span className="cut">
                {[channelName(one.channel), one.address].filter(Boolean).join(" · ")}
              </span>
              <span className={classes.routeHint}>
                {one.open ? (routeWindow(one, t, format) ?? one.inbox_name) : one.reason}
              </span>
              {!one.trusted && (
                <span className={classes.routeWarn}>
                  <IconAlertTriangle size={12} aria-hidden="true" /> {t("composer.untrusted")}
                </span>
              )}
            </span>
            {one === route && <IconCheck size={16} aria-hidden="true" />}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What would keep an answer waiting; how long a way stays open, where that is limited; what it costs; and that others
 * are at it. */
export function routeWindow(route: Route, t: Texts["t"], format: Format): string | null {
  if (!route.open) return t("composer.closed");
  const parts = [
    route.held === "fault" && t("composer.heldFault"),
    route.held === "unsettled" && t("composer.heldUnsettled"),
    route.owner === "them" && t("composer.theirs"),
    route.closes_at && left(route.closes_at, t, format),
    route.cost,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(" · ") : null;
}

function left(until: string, t: Texts["t"], format: Format): string {
  const soon = Date.parse(until) - Date.now() < 60_000;
  return soon ? t("composer.closesSoon") : t("composer.closesIn", { span: format.span(until) });
}
