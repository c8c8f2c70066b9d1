import type { TimelineItem, TimelineKind } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { ChannelMark, IconButton, Notice, Skeleton, Time } from "@damso/ui";
import { Button, Menu } from "@mantine/core";
import {
  IconBolt,
  IconCheck,
  IconFilter,
  IconIdBadge2,
  IconMessages,
  IconNote,
  IconQuote,
  IconWorld,
} from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { sourceText, storyText } from "./identityText.ts";
import classes from "./panel.module.css";
import type { timelineQuery } from "./queries.ts";

const KINDS: TimelineKind[] = ["conversation", "message", "page", "event", "identity", "claim", "note"];

const MARKS: Record<TimelineKind, typeof IconBolt> = {
  conversation: IconMessages,
  message: IconMessages,
  page: IconWorld,
  event: IconBolt,
  identity: IconIdBadge2,
  claim: IconQuote,
  note: IconNote,
};

interface Props {
  story: (kinds: TimelineKind[]) => ReturnType<typeof timelineQuery>;
  compact?: boolean;
}

/** Everything that happened with a customer, newest first; kinds can be filtered. */
export function Story({ story, compact = false }: Props) {
  const { t } = useText();
  const [kinds, setKinds] = useState<TimelineKind[]>([]);
  const query = useInfiniteQuery(story(kinds));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const toggle = (kind: TimelineKind) =>
    setKinds((before) => (before.includes(kind) ? before.filter((one) => one !== kind) : [...before, kind]));

  return (
    <>
      <h3 className={classes.sectionTitle}>
        <span className="grow">{t("story.title")}</span>
        <Menu closeOnItemClick={false}>
          <Menu.Target>
            <IconButton label={t("story.filter")} size={24} aria-pressed={kinds.length > 0}>
              <IconFilter size={14} stroke={1.8} />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown miw={160}>
            {KINDS.map((kind) => (
              <Menu.Item
                key={kind}
                role="menuitemcheckbox"
                aria-checked={kinds.includes(kind)}
                rightSection={kinds.includes(kind) && <IconCheck size={14} />}
                onClick={() => toggle(kind)}
              >
                {t(`story.${kind}` as TextKey)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </h3>
      {query.isPending && <Skeleton label={t("state.loading")} rows={4} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.isSuccess && items.length === 0 && <p className={classes.none}>{t("story.none")}</p>}
      <ol className={classes.story} data-compact={compact}>
        {items.map((item) => (
          <StoryLine key={`${item.kind}:${item.id}`} item={item} />
        ))}
      </ol>
      {query.hasNextPage && (
        <Button
          data-size="small"
          variant="subtle"
          loading={query.isFetchingNextPage}
          onClick={() => query.fetchNextPage()}
        >
          {t("action.more")}
        </Button>
      )}
    </>
  );
}

function StoryLine({ item }: { item: TimelineItem }) {
  const { t, format } = useText();
  const text = storyText(item.text, format);
  const Mark = MARKS[item.kind] ?? IconBolt;
  const title = item.title || t(`story.${item.kind}` as TextKey);
  return (
    <li
      className={classes.storyLine}
      title={item.source ? t("fact.source", { source: sourceText(item.source, t) }) : undefined}
    >
      <span className={classes.storyMark}>
        {item.channel ? (
          <ChannelMark channel={item.channel} />
        ) : (
          <Mark size={14} stroke={1.6} aria-hidden="true" />
        )}
      </span>
      <span className={classes.storyBody}>
        <span className={classes.storyTop}>
          {item.conversation_id ? (
            <Link
              to="/c/$conversationId"
              params={{ conversationId: item.conversation_id }}
              search={{}}
              className={`${classes.storyTitle} cut`}
            >
              {title}
            </Link>
          ) : (
            <span className={`${classes.storyTitle} cut`}>{title}</span>
          )}
          <Time at={item.at} className="small faint" />
        </span>
        {text && <span className={classes.storyText}>{text}</span>}
      </span>
    </li>
  );
}
