import type { Row } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, ChannelMark, TagChip, Time } from "@damso/ui";
import {
  IconAlarm,
  IconBell,
  IconCheck,
  IconClockHour4,
  IconFlag3Filled,
  IconPencil,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { faceName } from "../../app/faceName.ts";
import { useChannelName } from "../../app/useChannels.ts";
import classes from "./list.module.css";

const SHOWN_TAGS = 2;

/** Known before it is drawn, so the virtual list never has to measure. */
export function rowHeight(row: Row | undefined, compact: boolean): number {
  if (compact) return 52;
  return row && row.tags.length > 0 ? 92 : 68;
}

interface Props {
  row: Row;
  viewId: string;
  current: boolean;
  /** All rows of this view are the agent's own: their face on each would say nothing. */
  mine: boolean;
  /** It has left this view, and stays until the list may move. */
  gone: boolean;
  chosen: boolean;
  /** Something is being chosen in this list: every row shows that it can be. */
  choosing: boolean;
  /** Left out for whoever may not change cases. */
  onChoose: ((row: Row, stretch: boolean) => void) | undefined;
}

export const ListRow = memo(function ListRow(props: Props) {
  const { row, viewId, current, mine, gone, chosen, choosing, onChoose } = props;
  const { t } = useText();
  const channelName = useChannelName();
  const name = faceName(row.customer, t);
  const urgent = row.priority === "urgent" || row.priority === "high";
  return (
    <>
      {onChoose && (
        <button
          type="button"
          role="checkbox"
          tabIndex={-1}
          aria-checked={chosen}
          aria-label={t("bulk.choose", { name })}
          className={classes.choose}
          data-shown={choosing}
          onClick={(event) => onChoose(row, event.shiftKey)}
        >
          <span className={classes.box}>{chosen && <IconCheck size={14} stroke={2.4} />}</span>
        </button>
      )}
      <Link
        to="/inbox/$viewId/$conversationId"
        params={{ viewId, conversationId: row.id }}
        search={{}}
        className={classes.row}
        aria-current={current ? "true" : undefined}
        data-unread={row.unread}
        data-gone={gone}
        data-chosen={chosen}
      >
        <Avatar name={name} initials={row.customer.initials} colour={row.customer.colour} />
        <span className={classes.body}>
          <span className={classes.top}>
            {row.unread && <span className={classes.unread} role="img" aria-label={t("inbox.unread")} />}
            <span className={`${classes.name} cut`}>{name}</span>
            {urgent && (
              <span
                className={classes.flag}
                data-priority={row.priority}
                title={t(`priority.${row.priority}`)}
              >
                <IconFlag3Filled size={12} aria-hidden="true" />
                <span className="sr-only">{t(`priority.${row.priority}`)}</span>
              </span>
            )}
            <span className="grow" />
            <When row={row} />
          </span>
          <span className={classes.bottom}>
            <ChannelMark channel={row.channel} label={channelName(row.channel)} />
            {row.reminder ? (
              <span className={`${classes.preview} ${classes.reminder} cut`}>
                <IconBell size={13} stroke={1.8} aria-hidden="true" />{" "}
                {row.reminder.about
                  ? t(`reminder.${row.reminder.about}`)
                  : row.reminder.text || t("reminder.due")}
              </span>
            ) : row.draft ? (
              <span className={`${classes.preview} cut`}>
                <IconPencil size={12} aria-hidden="true" /> {t("inbox.draft")}
              </span>
            ) : (
              <span className={`${classes.preview} cut`}>
                {row.last_author !== "customer" && (
                  <span className={classes.by}>{t(`author.${row.last_author}`)} </span>
                )}
                {row.preview || row.subject}
              </span>
            )}
            {row.assignee && !mine && (
              <span title={t("inbox.assignedTo", { name: row.assignee.name })} className={classes.assignee}>
                <Avatar name={row.assignee.name} size={20} />
                <span className="sr-only">{t("inbox.assignedTo", { name: row.assignee.name })}</span>
              </span>
            )}
          </span>
          {row.tags.length > 0 && (
            <span className={classes.tags}>
              {row.tags.slice(0, SHOWN_TAGS).map((tag) => (
                <TagChip key={tag.id} name={tag.name} colour={tag.colour} />
              ))}
              {row.tags.length > SHOWN_TAGS && (
                <span className="small faint">+{row.tags.length - SHOWN_TAGS}</span>
              )}
            </span>
          )}
        </span>
      </Link>
    </>
  );
});

/** How long the customer waits, when a snooze ends, or else when something was last said. */
function When({ row }: { row: Row }) {
  const { t } = useText();
  if (row.status === "snoozed") {
    return (
      <span className={classes.when} title={t("status.snoozed")}>
        <IconAlarm size={13} stroke={1.6} aria-hidden="true" />
        {row.snoozed_until ? <Time at={row.snoozed_until} /> : t("snooze.reply")}
      </span>
    );
  }
  if (row.waiting_since && row.status !== "resolved") {
    return (
      <span className={classes.when} data-waiting="true" title={t("inbox.waiting")}>
        <IconClockHour4 size={13} stroke={1.6} aria-hidden="true" />
        <span className="sr-only">{t("inbox.waiting")}</span>
        <Time at={row.waiting_since} as="span" />
      </span>
    );
  }
  return <Time at={row.last_message_at} className={classes.when} />;
}
