import { api, type Conversation, keys, type Priority } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, type Choice, PickList, TAG_COLOURS, TagChip, TagDot, toastError } from "@damso/ui";
import { Popover } from "@mantine/core";
import {
  IconArchive,
  IconFlag3,
  IconFlag3Filled,
  IconPlus,
  IconTag,
  IconUser,
  IconUserPlus,
  IconUsersGroup,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useAgents, useTags, useTeams } from "../../app/useLists.ts";
import { useMay, useMe } from "../../app/useMe.ts";
import classes from "./header.module.css";
import { RecordClassList } from "./RecordClassList.tsx";
import type { ConversationActions } from "./useConversationActions.ts";

export type PropertyMenu = "assign" | "tags" | "priority" | "record";

interface Props {
  conversation: Conversation;
  actions: ConversationActions;
  menu: PropertyMenu | "snooze" | "reminder" | null;
  onMenu: (menu: PropertyMenu | null) => void;
}

const PRIORITIES: Priority[] = ["urgent", "high", "normal", "low"];

/** Owner, urgency and tags in one line; each opens its own list, by click or key. */
export function Properties({ conversation, actions, menu, onMenu }: Props) {
  const { t } = useText();
  const { assignee, team, priority, tags } = conversation;
  const writes = useMay("conversations.write");
  const kept = conversation.record_class !== "conversation" || conversation.on_hold;
  const done = (run: () => void) => () => {
    onMenu(null);
    run();
  };
  return (
    <div className={classes.properties}>
      <Property
        opened={menu === "assign"}
        onOpen={(open) => onMenu(open ? "assign" : null)}
        list={<AssignList conversation={conversation} actions={actions} done={done} />}
        label={t("property.assignee")}
      >
        {assignee ? <Avatar name={assignee.name} size={18} /> : <IconUser size={14} stroke={1.6} />}
        {assignee ? assignee.name : t("property.unassigned")}
        {team && <span className={classes.team}>· {team.name}</span>}
      </Property>
      <Property
        opened={menu === "priority"}
        onOpen={(open) => onMenu(open ? "priority" : null)}
        label={t("property.priority")}
        list={
          <PickList
            placeholder={t("property.priority")}
            empty={t("state.nothing")}
            onEscape={() => onMenu(null)}
            choices={PRIORITIES.map((value) => ({
              id: value,
              label: t(`priority.${value}`),
              mark: <Flag priority={value} />,
              checked: value === priority,
              run: done(() => actions.setPriority(value)),
            }))}
          />
        }
      >
        <Flag priority={priority} />
        {t(`priority.${priority}`)}
      </Property>
      {tags.map((tag) => (
        <TagChip key={tag.id} name={tag.name} colour={tag.colour} />
      ))}
      {writes && (
        <Property
          opened={menu === "tags"}
          onOpen={(open) => onMenu(open ? "tags" : null)}
          label={t("property.tags")}
          list={<TagList conversation={conversation} actions={actions} onClose={() => onMenu(null)} />}
        >
          {tags.length > 0 ? <IconPlus size={14} stroke={1.6} /> : <IconTag size={14} stroke={1.6} />}
          {tags.length === 0 && t("property.tags")}
        </Property>
      )}
      {(writes || kept) && (
        <Property
          opened={menu === "record"}
          onOpen={(open) => onMenu(open ? "record" : null)}
          label={t("property.record")}
          list={
            <RecordClassList conversation={conversation} actions={actions} onClose={() => onMenu(null)} />
          }
        >
          <IconArchive size={14} stroke={1.6} />
          {conversation.record_class !== "conversation" && t(`recordClass.${conversation.record_class}`)}
          {conversation.on_hold && <span className={classes.team}>{t("hold.mark")}</span>}
        </Property>
      )}
    </div>
  );
}

interface PropertyProps {
  opened: boolean;
  onOpen: (open: boolean) => void;
  label: string;
  list: ReactNode;
  children: ReactNode;
}

function Property({ opened, onOpen, label, list, children }: PropertyProps) {
  if (!useMay("conversations.write")) {
    return (
      <span className={classes.property} title={label}>
        <span className="sr-only">{label}: </span>
        {children}
      </span>
    );
  }
  return (
    <Popover opened={opened} onChange={onOpen} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={classes.property}
          aria-haspopup="listbox"
          aria-expanded={opened}
          title={label}
          onClick={() => onOpen(!opened)}
        >
          <span className="sr-only">{label}: </span>
          {children}
        </button>
      </Popover.Target>
      <Popover.Dropdown>{list}</Popover.Dropdown>
    </Popover>
  );
}

function Flag({ priority }: { priority: Priority }) {
  const Mark = priority === "urgent" || priority === "high" ? IconFlag3Filled : IconFlag3;
  return <Mark size={14} stroke={1.6} className={classes.flag} data-priority={priority} aria-hidden="true" />;
}

type Done = (run: () => void) => () => void;

function AssignList({
  conversation,
  actions,
  done,
}: {
  conversation: Conversation;
  actions: ConversationActions;
  done: Done;
}) {
  const { t } = useText();
  const me = useMe();
  const agents = useAgents();
  const teams = useTeams();
  const mine = agents.filter((one) => one.id === me.id);
  const others = agents.filter((one) => one.id !== me.id);
  const choices: Choice[] = [
    ...[...mine, ...others].map((agent) => ({
      id: agent.id,
      label: agent.id === me.id ? t("property.toMe") : agent.name,
      hint: agent.id === me.id ? agent.name : t(`availability.${agent.availability}`),
      mark: <Avatar name={agent.name} size={20} />,
      checked: conversation.assignee?.id === agent.id,
      group: t("property.people"),
      run: done(() => actions.assign(agent.id)),
    })),
    ...teams.map((team) => ({
      id: team.id,
      label: team.name,
      mark: <IconUsersGroup size={16} stroke={1.6} />,
      checked: conversation.team?.id === team.id,
      group: t("property.teams"),
      run: done(() => actions.setTeam(conversation.team?.id === team.id ? null : team.id)),
    })),
  ];
  if (conversation.assignee) {
    choices.push({
      id: "nobody",
      label: t("property.clearAssignee"),
      mark: <IconUserPlus size={16} stroke={1.6} />,
      group: t("property.other"),
      run: done(() => actions.assign(null)),
    });
  }
  return (
    <PickList
      choices={choices}
      placeholder={t("property.assignSearch")}
      empty={t("state.noMatch")}
      onEscape={done(() => undefined)}
    />
  );
}

interface TagListProps {
  conversation: Conversation;
  actions: ConversationActions;
  onClose: () => void;
}

function TagList({ conversation, actions, onClose }: TagListProps) {
  const { t } = useText();
  const client = useQueryClient();
  const tags = useTags();
  const chosen = conversation.tags.map((tag) => tag.id);
  const toggle = (id: string) =>
    actions.setTags(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const create = async (name: string) => {
    try {
      const colour = TAG_COLOURS[tags.length % TAG_COLOURS.length] ?? "grey";
      const tag = await api.tags.create({ name, colour });
      await client.invalidateQueries({ queryKey: keys.tags });
      actions.setTags([...chosen, tag.id]);
    } catch (error) {
      toastError(messageOf(error, t));
    }
  };
  return (
    <PickList
      placeholder={t("property.tagSearch")}
      empty={t("property.noTags")}
      onEscape={onClose}
      onCreate={{ label: (name) => t("property.createTag", { name }), run: (name) => void create(name) }}
      choices={tags.map((tag) => ({
        id: tag.id,
        label: tag.name,
        mark: <TagDot colour={tag.colour} />,
        checked: chosen.includes(tag.id),
        run: () => toggle(tag.id),
      }))}
    />
  );
}
