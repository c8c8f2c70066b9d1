import type { Conversation } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton, toast } from "@damso/ui";
import { Button, Menu, Popover } from "@mantine/core";
import {
  IconAlarm,
  IconArrowForwardUp,
  IconArrowLeft,
  IconBell,
  IconCheck,
  IconDots,
  IconFileTypePdf,
  IconGitBranch,
  IconGitMerge,
  IconLayoutSidebarRight,
  IconLink,
  IconPencil,
  IconRotate,
  IconWand,
} from "@tabler/icons-react";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { faceName } from "../../app/faceName.ts";
import { KeyOf } from "../../app/KeyOf.tsx";
import { useKeymap } from "../../app/keymap.ts";
import { useKeys } from "../../app/useKeys.ts";
import { useMay } from "../../app/useMe.ts";
import { useWidth } from "../../app/useWidth.ts";
import { useSelecting } from "../bulk/selection.ts";
import { TranscriptDialog } from "../exports/TranscriptDialog.tsx";
import { ReminderMenu } from "../later/ReminderMenu.tsx";
import { MacroDialog } from "../macros/RunMacroDialog.tsx";
import { ContinueDialog } from "./ContinueDialog.tsx";
import classes from "./header.module.css";
import { JoinDialog } from "./JoinDialog.tsx";
import { Presence } from "./Presence.tsx";
import { Properties, type PropertyMenu } from "./Properties.tsx";
import { SnoozeMenu } from "./SnoozeMenu.tsx";
import { SubjectField } from "./SubjectField.tsx";
import type { ConversationActions } from "./useConversationActions.ts";

interface Props {
  conversation: Conversation;
  actions: ConversationActions;
  panelOpen: boolean;
  onPanel: () => void;
  onSplit: () => void;
}

/** Who it is, what it is about, and everything that can be done with the case. */
export function ConversationHeader({ conversation, actions, panelOpen, onPanel, onSplit }: Props) {
  const { t } = useText();
  const navigate = useNavigate();
  const { viewId } = useParams({ strict: false });
  const keymap = useKeymap();
  const phone = useWidth() === "phone";
  const Name = phone ? "h1" : "h2";
  const [menu, setMenu] = useState<PropertyMenu | "snooze" | "reminder" | null>(null);
  const [dialog, setDialog] = useState<"macro" | "join" | "transcript" | "continue" | null>(null);
  const mayExport = useMay("conversations.export");
  const [renaming, setRenaming] = useState(false);
  const resolved = conversation.status === "resolved";
  const toggleState = resolved ? actions.reopen : actions.resolve;

  const writes = useMay("conversations.write");
  const selecting = useSelecting();
  useKeys(
    {
      resolve: toggleState,
      assign: () => setMenu("assign"),
      snooze: () => setMenu("snooze"),
      tags: () => setMenu("tags"),
      priority: () => setMenu("priority"),
      remind: () => setMenu("reminder"),
      macro: () => setDialog("macro"),
    },
    writes && !selecting,
  );

  return (
    <header className={classes.header}>
      <div className={classes.first}>
        {phone && (
          <IconButton
            label={t("action.back")}
            onClick={() => void navigate({ to: "/inbox/$viewId", params: { viewId: viewId ?? "" } })}
          >
            <IconArrowLeft size={18} stroke={1.6} />
          </IconButton>
        )}
        <div className={classes.title}>
          <Name className={classes.name}>
            <button type="button" className={`${classes.nameButton} cut`} onClick={onPanel}>
              {faceName(conversation.customer, t)}
            </button>
          </Name>
          {renaming ? (
            <SubjectField
              subject={conversation.subject}
              onDone={(subject) => {
                setRenaming(false);
                if (subject !== null) actions.setSubject(subject);
              }}
            />
          ) : (
            conversation.subject && <span className={`${classes.subject} cut`}>{conversation.subject}</span>
          )}
        </div>
        <Presence conversationId={conversation.id} />
        {writes && (
          <Popover
            opened={menu === "snooze"}
            onChange={(open) => setMenu(open ? "snooze" : null)}
            position="bottom-end"
            trapFocus
            returnFocus
          >
            <Popover.Target>
              <IconButton
                label={t("snooze.title")}
                combo={keymap.snooze?.[0]}
                aria-expanded={menu === "snooze"}
                onClick={() => setMenu(menu === "snooze" ? null : "snooze")}
              >
                <IconAlarm size={18} stroke={1.6} />
              </IconButton>
            </Popover.Target>
            <Popover.Dropdown>
              <SnoozeMenu
                onChoose={(until) => {
                  setMenu(null);
                  actions.snooze(until);
                }}
              />
            </Popover.Dropdown>
          </Popover>
        )}
        {writes && (
          <Popover
            opened={menu === "reminder"}
            onChange={(open) => setMenu(open ? "reminder" : null)}
            position="bottom-end"
            trapFocus
            returnFocus
          >
            <Popover.Target>
              <IconButton
                label={t("reminder.title")}
                combo={keymap.remind?.[0]}
                aria-expanded={menu === "reminder"}
                onClick={() => setMenu(menu === "reminder" ? null : "reminder")}
              >
                <IconBell size={18} stroke={1.6} />
              </IconButton>
            </Popover.Target>
            <Popover.Dropdown>
              <ReminderMenu conversation={conversation} onDone={() => setMenu(null)} />
            </Popover.Dropdown>
          </Popover>
        )}
        <Menu>
          <Menu.Target>
            <IconButton label={t("conversation.more")}>
              <IconDots size={18} stroke={1.6} />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown miw={180}>
            {writes && (
              <Menu.Item
                leftSection={<IconPencil size={16} stroke={1.6} />}
                onClick={() => setRenaming(true)}
              >
                {t("conversation.rename")}
              </Menu.Item>
            )}
            {writes && (
              <>
                <Menu.Item
                  leftSection={<IconWand size={16} stroke={1.6} />}
                  rightSection={<KeyOf action="macro" />}
                  onClick={() => setDialog("macro")}
                >
                  {t("macro.run")}
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconArrowForwardUp size={16} stroke={1.6} />}
                  onClick={() => setDialog("continue")}
                >
                  {t("continuation.title")}
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconGitMerge size={16} stroke={1.6} />}
                  onClick={() => setDialog("join")}
                >
                  {t("join.choose")}
                </Menu.Item>
                <Menu.Item leftSection={<IconGitBranch size={16} stroke={1.6} />} onClick={onSplit}>
                  {t("split.choose")}
                </Menu.Item>
              </>
            )}
            <Menu.Item
              leftSection={<IconLink size={16} stroke={1.6} />}
              onClick={async () => {
                await navigator.clipboard.writeText(`${location.origin}/desk/c/${conversation.id}`);
                toast(t("done.linkCopied"));
              }}
            >
              {t("conversation.copyLink")}
            </Menu.Item>
            {mayExport && (
              <Menu.Item
                leftSection={<IconFileTypePdf size={16} stroke={1.6} />}
                onClick={() => setDialog("transcript")}
              >
                {t("export.pdf")}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
        <IconButton
          label={t("keys.foldCustomer")}
          combo={keymap.fold_customer?.[0]}
          aria-pressed={panelOpen}
          onClick={onPanel}
        >
          <IconLayoutSidebarRight size={18} stroke={1.6} />
        </IconButton>
        {writes && (
          <Button
            className={classes.resolve}
            leftSection={
              resolved ? <IconRotate size={16} stroke={1.8} /> : <IconCheck size={16} stroke={1.8} />
            }
            rightSection={phone ? null : <KeyOf action="resolve" />}
            onClick={toggleState}
          >
            {resolved ? t("action.reopen") : t("action.resolve")}
          </Button>
        )}
      </div>
      {dialog === "macro" && (
        <MacroDialog
          target={{ cases: [{ id: conversation.id, seen_at: conversation.last_message_at }] }}
          count={1}
          sample={conversation.id}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === "transcript" && (
        <TranscriptDialog conversationId={conversation.id} onClose={() => setDialog(null)} />
      )}
      {dialog === "continue" && (
        <ContinueDialog conversation={conversation} onClose={() => setDialog(null)} />
      )}
      {dialog === "join" && <JoinDialog conversation={conversation} onClose={() => setDialog(null)} />}
      <Properties conversation={conversation} actions={actions} menu={menu} onMenu={setMenu} />
    </header>
  );
}
