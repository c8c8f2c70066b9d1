import type { Conversation } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Fragment, useMemo } from "react";
import { faceName } from "../../app/faceName.ts";
import { messageOf } from "../../app/messageOf.ts";
import { useChannelName } from "../../app/useChannels.ts";
import { useOutgoing } from "../composer/outboxStore.ts";
import { useRoom } from "../live/signals.ts";
import { ActivityLines } from "./ActivityLines.tsx";
import { entriesOf } from "./entriesCache.ts";
import { MessageEntry } from "./MessageEntry.tsx";
import { NoteEntry } from "./NoteEntry.tsx";
import { OutgoingEntry } from "./OutgoingEntry.tsx";
import { entriesQuery } from "./queries.ts";
import classes from "./thread.module.css";
import { threadItems } from "./threadItems.ts";
import { useThreadScroll } from "./useThreadScroll.ts";

interface Props {
  conversation: Conversation;
  /** The entry that a link points to. */
  target: string | undefined;
  /** What is chosen to be split off, while that is being chosen. */
  split: ReadonlySet<string> | null;
  onSplit: (chosen: ReadonlySet<string>) => void;
}

/** Everything said, over all channels, oldest first; opens at its end or at what a link points to. */
export function Thread({ conversation, target, split, onSplit }: Props) {
  const { t, format } = useText();
  const channelName = useChannelName();
  const query = useInfiniteQuery(entriesQuery(conversation.id));
  const entries = useMemo(() => entriesOf(query.data), [query.data]);
  const items = useMemo(() => threadItems(entries, format.day), [entries, format]);
  const sent = new Set(entries.map((entry) => entry.send_key));
  const outgoing = useOutgoing(conversation.id).filter((one) => !sent.has(one.body.send_key));
  const { customerTyping } = useRoom(conversation.id);
  const scroll = useThreadScroll({
    first: entries[0]?.id,
    last: outgoing.at(-1)?.body.send_key ?? entries.at(-1)?.id,
    target,
    more: query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined,
  });

  if (query.isPending) {
    return (
      <div className={classes.thread}>
        <Skeleton label={t("state.loading")} rows={8} />
      </div>
    );
  }
  if (query.isError) {
    return (
      <div className={classes.thread}>
        <Notice
          tone="danger"
          actions={
            <Button data-size="small" onClick={() => query.refetch()}>
              {t("action.retry")}
            </Button>
          }
        >
          {messageOf(query.error, t)}
        </Notice>
      </div>
    );
  }
  return (
    <div className={classes.frame}>
      <div
        ref={scroll.box}
        className={classes.thread}
        onScroll={scroll.onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        role="log"
        aria-label={t("thread.title")}
      >
        {query.hasNextPage && (
          <div className={classes.earlier}>
            <Button variant="subtle" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
              {t("thread.earlier")}
            </Button>
          </div>
        )}
        {items.map((item) => (
          <Fragment key={item.key}>
            {item.type === "day" && (
              <div className={classes.day}>
                <span>{format.day(item.at)}</span>
              </div>
            )}
            {item.type === "channel" && (
              <div className={classes.change}>
                {t("thread.channelChanged", { channel: channelName(item.channel) })}
              </div>
            )}
            {item.type === "activities" && <ActivityLines entries={item.entries} />}
            {item.type === "entry" && split && (
              <label className={classes.pick}>
                <input
                  type="checkbox"
                  checked={split.has(item.entry.id)}
                  onChange={() => onSplit(toggled(split, item.entry.id))}
                />
                <span className="cut grow">{item.entry.text || item.entry.attachments[0]?.name}</span>
                <span className="faint small">{item.entry.author.name}</span>
              </label>
            )}
            {item.type === "entry" &&
              !split &&
              (item.entry.kind === "note" ? (
                <NoteEntry entry={item.entry} marked={item.entry.id === target} />
              ) : (
                <MessageEntry
                  entry={item.entry}
                  conversation={conversation}
                  joined={item.joined}
                  marked={item.entry.id === target}
                />
              ))}
          </Fragment>
        ))}
        {outgoing.map((one) => (
          <OutgoingEntry key={one.body.send_key} one={one} />
        ))}
        <div className={classes.typing} aria-live="polite">
          {customerTyping && (
            <>
              <span className={classes.dots} aria-hidden="true">
                <i />
                <i />
                <i />
              </span>
              {t("presence.writes", { name: faceName(conversation.customer, t) })}
            </>
          )}
        </div>
      </div>
      {scroll.below && (
        <button type="button" className={classes.toEnd} onClick={scroll.toEnd}>
          <IconArrowDown size={14} stroke={2} aria-hidden="true" />
          {scroll.unread ? t("thread.newBelow") : t("thread.toEnd")}
        </button>
      )}
    </div>
  );
}

function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return next;
}
