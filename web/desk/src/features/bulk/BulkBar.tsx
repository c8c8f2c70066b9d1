import type { ConversationPatch, Priority, Row, View } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, type Choice, IconButton, PickList, TagDot } from "@damso/ui";
import { Popover } from "@mantine/core";
import {
  IconAlarm,
  IconCheck,
  IconFlag3,
  IconRotate,
  IconTag,
  IconUserPlus,
  IconUsersGroup,
  IconWand,
  IconX,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useKeymap } from "../../app/keymap.ts";
import { useKeys } from "../../app/useKeys.ts";
import { useAgents, useTags, useTeams } from "../../app/useLists.ts";
import { useMe } from "../../app/useMe.ts";
import { SnoozeMenu } from "../conversation/SnoozeMenu.tsx";
import { MacroDialog } from "../macros/RunMacroDialog.tsx";
import { runAct } from "./act.ts";
import classes from "./bulk.module.css";
import { chosenCases, clearSelection, selectAll, selectWhole, useSelection } from "./selection.ts";

type Menu = "assign" | "snooze" | "tags" | "priority" | "macro";
const PRIORITIES: Priority[] = ["urgent", "high", "normal", "low"];

interface Props {
  view: View;
  rows: Row[];
  more: boolean;
}

/** Stands where the list's head was while something is chosen: how many, and what can be done with all of them. */
export function BulkBar({ view, rows, more }: Props) {
  const { t, format } = useText();
  const client = useQueryClient();
  const keymap = useKeymap();
  const chosen = useSelection(view.id);
  const [menu, setMenu] = useState<Menu | null>(null);
  const ids = Object.keys(chosen.rows);
  const target = chosen.whole
    ? { view: view.id, seen_at: chosen.whole }
    : { cases: chosenCases(chosen.rows) };
  const allLoaded = rows.length > 0 && rows.every((row) => chosen.rows[row.id]);

  const act = (change: ConversationPatch, said: (count: number) => string) => {
    setMenu(null);
    clearSelection();
    void runAct(client, t, { ...target, change }, said);
  };
  const reopens = view.filter.status?.length === 1 && view.filter.status[0] === "resolved";
  const turn = () =>
    reopens
      ? act({ status: "open" }, (count) => t("bulk.reopened", { count }))
      : act({ status: "resolved" }, (count) => t("bulk.resolved", { count }));
  const open = (which: Menu) => () => setMenu(which);
  useKeys({
    resolve: turn,
    assign: open("assign"),
    snooze: open("snooze"),
    tags: open("tags"),
    priority: open("priority"),
    macro: open("macro"),
    escape: clearSelection,
  });
  const popover = (which: Menu, label: string, mark: ReactNode, list: ReactNode) => (
    <Popover
      opened={menu === which}
      onChange={(opened) => setMenu(opened ? which : null)}
      position="bottom-start"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <IconButton
          label={label}
          combo={keymap[which]?.[0]}
          aria-expanded={menu === which}
          onClick={() => setMenu(menu === which ? null : which)}
        >
          {mark}
        </IconButton>
      </Popover.Target>
      <Popover.Dropdown>{list}</Popover.Dropdown>
    </Popover>
  );

  return (
    <>
      <div className={classes.bar} role="toolbar" aria-label={t("bulk.title")}>
        <IconButton label={t("bulk.clear")} combo="esc" onClick={clearSelection}>
          <IconX size={18} stroke={1.6} />
        </IconButton>
        <span className={`${classes.count} num`} aria-live="polite">
          {chosen.whole ? t("bulk.whole") : t("bulk.chosen", { count: ids.length })}
        </span>
        <span className="grow" />
        <IconButton
          label={reopens ? t("action.reopen") : t("action.resolve")}
          combo={keymap.resolve?.[0]}
          onClick={turn}
        >
          {reopens ? <IconRotate size={18} stroke={1.6} /> : <IconCheck size={18} stroke={1.6} />}
        </IconButton>
        {popover("assign", t("keys.assign"), <IconUserPlus size={18} stroke={1.6} />, <Assign act={act} />)}
        {popover(
          "snooze",
          t("snooze.title"),
          <IconAlarm size={18} stroke={1.6} />,
          <SnoozeMenu
            onChoose={(until) =>
              act({ status: "snoozed", snoozed_until: until, snoozed_until_reply: until === null }, (count) =>
                t("bulk.snoozed", { count }),
              )
            }
          />,
        )}
        {popover(
          "tags",
          t("property.tags"),
          <IconTag size={18} stroke={1.6} />,
          <Tags rows={chosen.rows} act={act} />,
        )}
        {popover(
          "priority",
          t("property.priority"),
          <IconFlag3 size={18} stroke={1.6} />,
          <PickList
            placeholder={t("property.priority")}
            empty={t("state.nothing")}
            choices={PRIORITIES.map((value) => ({
              id: value,
              label: t(`priority.${value}`),
              run: () =>
                act({ priority: value }, (count) =>
                  t("bulk.prioritised", { count, priority: t(`priority.${value}`) }),
                ),
            }))}
          />,
        )}
        <IconButton label={t("macro.run")} combo={keymap.macro?.[0]} onClick={open("macro")}>
          <IconWand size={18} stroke={1.6} />
        </IconButton>
      </div>
      {(allLoaded || chosen.whole) && more && (
        <div className={classes.all}>
          {chosen.whole ? (
            <span>
              {t("bulk.wholeChosen", {
                count: view.count,
                shown: view.capped ? `${format.number(view.count)}+` : format.number(view.count),
              })}
            </span>
          ) : (
            <button type="button" className={classes.link} onClick={() => selectWhole(view.id)}>
              {t("bulk.chooseWhole")}
            </button>
          )}
        </div>
      )}
      {!allLoaded && !chosen.whole && (
        <div className={classes.all}>
          <button type="button" className={classes.link} onClick={() => selectAll(view.id, rows)}>
            {t("bulk.chooseShown", { count: rows.length })}
          </button>
        </div>
      )}
      {menu === "macro" && (
        <MacroDialog
          target={target}
          count={chosen.whole ? view.count : ids.length}
          sample={ids[0]}
          onClose={() => setMenu(null)}
          onRun={clearSelection}
        />
      )}
    </>
  );
}

type Do = (change: ConversationPatch, said: (count: number) => string) => void;

function Assign({ act }: { act: Do }) {
  const { t } = useText();
  const me = useMe();
  const agents = useAgents();
  const teams = useTeams();
  const people = agents.toSorted((one, other) => Number(other.id === me.id) - Number(one.id === me.id));
  const choices: Choice[] = [
    ...people.map((agent) => ({
      id: agent.id,
      label: agent.id === me.id ? t("property.toMe") : agent.name,
      mark: <Avatar name={agent.name} size={20} />,
      group: t("property.people"),
      run: () => act({ assignee_id: agent.id }, (count) => t("bulk.assigned", { count, name: agent.name })),
    })),
    ...teams.map((team) => ({
      id: team.id,
      label: team.name,
      mark: <IconUsersGroup size={16} stroke={1.6} />,
      group: t("property.teams"),
      run: () => act({ team_id: team.id }, (count) => t("bulk.assigned", { count, name: team.name })),
    })),
    {
      id: "nobody",
      label: t("property.clearAssignee"),
      mark: <IconX size={16} stroke={1.6} />,
      group: t("property.other"),
      run: () => act({ assignee_id: null }, (count) => t("bulk.unassigned", { count })),
    },
  ];
  return <PickList choices={choices} placeholder={t("property.assignSearch")} empty={t("state.noMatch")} />;
}

/** A tag that all of them have is taken away, any other is given. */
function Tags({ rows, act }: { rows: Record<string, Row>; act: Do }) {
  const { t } = useText();
  const tags = useTags();
  const chosen = Object.values(rows);
  const choices = tags.map((tag) => {
    const has = chosen.length > 0 && chosen.every((row) => row.tags.some((one) => one.id === tag.id));
    return {
      id: tag.id,
      label: tag.name,
      mark: <TagDot colour={tag.colour} />,
      checked: has,
      run: () =>
        has
          ? act({ remove_tag_ids: [tag.id] }, (count) => t("bulk.untagged", { count, name: tag.name }))
          : act({ add_tag_ids: [tag.id] }, (count) => t("bulk.tagged", { count, name: tag.name })),
    };
  });
  return <PickList choices={choices} placeholder={t("property.tagSearch")} empty={t("property.noTags")} />;
}
