import type { MacroPreview, MacroSteps } from "@damso/api";
import { type Texts, useText } from "@damso/i18n";
import { TagChip } from "@damso/ui";
import {
  IconAlarm,
  IconCircleCheck,
  IconFlag3,
  IconLock,
  IconMessageReply,
  IconSend,
  IconTag,
  IconUserPlus,
  IconUsersGroup,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useAgents, useCannedAnswers, useTags, useTeams } from "../../app/useLists.ts";
import classes from "./macros.module.css";

interface Props {
  steps: MacroSteps;
  /** The words as one case will have them. */
  preview?: MacroPreview | undefined;
}

interface Line {
  id: string;
  mark: ReactNode;
  text: ReactNode;
  words?: string | undefined;
}

/** What a macro does, line by line, in its order. */
export function StepLines({ steps, preview }: Props) {
  const lines = useLines(steps, preview);
  return (
    <ol className={classes.lines}>
      {lines.map((line) => (
        <li key={line.id} className={classes.line}>
          <span className={classes.mark}>{line.mark}</span>
          <div className="grow">
            {line.text}
            {line.words && <blockquote className={classes.words}>{line.words}</blockquote>}
          </div>
        </li>
      ))}
    </ol>
  );
}

function useLines(steps: MacroSteps, preview: MacroPreview | undefined): Line[] {
  const texts = useText();
  const { t } = texts;
  const agents = useAgents();
  const teams = useTeams();
  const tags = useTags();
  const canned = useCannedAnswers();
  const lines: Line[] = [];
  const icon = { size: 16, stroke: 1.6 };
  if (steps.answer_id || steps.answer) {
    const written = steps.answer_id ? canned.find((one) => one.id === steps.answer_id)?.text : steps.answer;
    lines.push({
      id: "answer",
      mark: steps.send ? <IconSend {...icon} /> : <IconMessageReply {...icon} />,
      text: t(steps.send ? "macro.step.send" : "macro.step.answer"),
      words: preview?.answer || written,
    });
  }
  if (steps.note)
    lines.push({
      id: "note",
      mark: <IconLock {...icon} />,
      text: t("macro.step.note"),
      words: preview?.note || steps.note,
    });
  if (steps.assignee) {
    const name = agents.find((one) => one.id === steps.assignee)?.name ?? "";
    const text =
      steps.assignee === "me"
        ? t("macro.step.toMe")
        : steps.assignee === "none"
          ? t("macro.step.toNobody")
          : t("macro.step.assign", { name });
    lines.push({ id: "assign", mark: <IconUserPlus {...icon} />, text });
  }
  if (steps.team) {
    const name = teams.find((one) => one.id === steps.team)?.name ?? "";
    const text = steps.team === "none" ? t("macro.step.noTeam") : t("macro.step.team", { name });
    lines.push({ id: "team", mark: <IconUsersGroup {...icon} />, text });
  }
  if (steps.priority)
    lines.push({
      id: "priority",
      mark: <IconFlag3 {...icon} />,
      text: t("macro.step.priority", { priority: t(`priority.${steps.priority}`) }),
    });
  for (const [which, ids] of [
    ["tag", steps.add_tag_ids ?? []],
    ["untag", steps.remove_tag_ids ?? []],
  ] as const) {
    if (ids.length === 0) continue;
    const chips = tags
      .filter((tag) => ids.includes(tag.id))
      .map((tag) => <TagChip key={tag.id} name={tag.name} colour={tag.colour} />);
    lines.push({
      id: which,
      mark: <IconTag {...icon} />,
      text: (
        <span className={classes.tags}>
          {t(`macro.step.${which}`)} {chips}
        </span>
      ),
    });
  }
  if (steps.status)
    lines.push({
      id: "status",
      mark: steps.status === "snoozed" ? <IconAlarm {...icon} /> : <IconCircleCheck {...icon} />,
      text: statusText(steps, texts),
    });
  return lines;
}

function statusText(steps: MacroSteps, { t }: Texts): string {
  if (steps.status !== "snoozed")
    return t("macro.step.status", { status: t(`status.${steps.status as "open"}`) });
  const minutes = steps.snooze_minutes;
  if (!minutes) return t("macro.step.snoozeReply");
  return minutes % 1440 === 0
    ? t("macro.step.snoozeDays", { count: minutes / 1440 })
    : t("macro.step.snoozeHours", { count: Math.round(minutes / 60) });
}
