import { useText } from "@damso/i18n";
import { Avatar } from "@damso/ui";
import { Tooltip } from "@mantine/core";
import { useMe } from "../../app/useMe.ts";
import { useRoom } from "../live/signals.ts";
import classes from "./header.module.css";

/** Colleagues who look at this case now; who writes has moving dots and says so. */
export function Presence({ conversationId }: { conversationId: string }) {
  const { t } = useText();
  const me = useMe();
  const others = useRoom(conversationId).viewers.filter((viewer) => viewer.agent_id !== me.id);
  const writer = others.find((viewer) => viewer.typing);
  return (
    <div className={classes.presence} role="status">
      {others.map((viewer) => (
        <Tooltip
          key={viewer.agent_id}
          label={t(viewer.typing ? "presence.writes" : "presence.views", { name: viewer.name })}
        >
          <span className={classes.viewer} data-typing={viewer.typing}>
            <Avatar name={viewer.name} size={24} />
            <span className="sr-only">
              {t(viewer.typing ? "presence.writes" : "presence.views", { name: viewer.name })}
            </span>
          </span>
        </Tooltip>
      ))}
      {writer && (
        <span className={classes.writer} aria-hidden="true">
          {t("presence.writes", { name: writer.name })}
        </span>
      )}
    </div>
  );
}
