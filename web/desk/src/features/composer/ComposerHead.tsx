import type { Route } from "@damso/api";
import { useText } from "@damso/i18n";
import { ChannelMark } from "@damso/ui";
import { Popover } from "@mantine/core";
import { IconChevronDown, IconLock } from "@tabler/icons-react";
import { useState } from "react";
import { useChannelName } from "../../app/useChannels.ts";
import classes from "./composer.module.css";
import type { Kind } from "./drafts.ts";
import { RouteList, routeWindow } from "./RouteList.tsx";

interface Props {
  kind: Kind;
  routes: Route[];
  route: Route | undefined;
  onKind: (kind: Kind) => void;
  onRoute: (route: Route) => void;
}

/** Answer or note; and for an answer, where it will go and how long that way stays open. */
export function ComposerHead({ kind, routes, route, onKind, onRoute }: Props) {
  const { t, format } = useText();
  const channelName = useChannelName();
  const [open, setOpen] = useState(false);
  const window = route && routeWindow(route, t, format);

  return (
    <div className={classes.head}>
      <div className={classes.kinds} role="group" aria-label={t("composer.kind")}>
        <button
          type="button"
          className={classes.kind}
          aria-pressed={kind === "message"}
          onClick={() => onKind("message")}
        >
          {t("composer.reply")}
        </button>
        <button
          type="button"
          className={classes.kind}
          aria-pressed={kind === "note"}
          onClick={() => onKind("note")}
        >
          {t("composer.note")}
        </button>
      </div>
      {kind === "note" && (
        <span className={classes.where}>
          <IconLock size={13} stroke={1.8} aria-hidden="true" />
          {t("composer.onlyTeam")}
        </span>
      )}
      {kind === "message" && route && (
        <Popover opened={open} onChange={setOpen} position="top-start" trapFocus>
          <Popover.Target>
            <button
              type="button"
              className={classes.route}
              data-open={route.open}
              aria-haspopup="listbox"
              aria-expanded={open}
              onClick={() => setOpen((before) => !before)}
            >
              <ChannelMark channel={route.channel} />
              <span className="cut">
                <span className="sr-only">{t("composer.goesTo")} </span>
                {[channelName(route.channel), route.address].filter(Boolean).join(" · ")}
              </span>
              {window && <span className={classes.window}>{window}</span>}
              <IconChevronDown size={14} stroke={1.8} aria-hidden="true" />
            </button>
          </Popover.Target>
          <Popover.Dropdown>
            <RouteList
              routes={routes}
              route={route}
              onChoose={(next) => {
                setOpen(false);
                onRoute(next);
              }}
            />
          </Popover.Dropdown>
        </Popover>
      )}
    </div>
  );
}
