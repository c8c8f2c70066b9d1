import type { Entry } from "@damso/api";
import { useText } from "@damso/i18n";
import { Time } from "@damso/ui";
import { IconLock } from "@tabler/icons-react";
import { useAgents } from "../../app/useLists.ts";
import { AttachmentList } from "./AttachmentList.tsx";
import { TextBody } from "./TextBody.tsx";
import classes from "./thread.module.css";

/** What the team says among itself, on its own paper. */
export function NoteEntry({ entry, marked }: { entry: Entry; marked: boolean }) {
  const { t } = useText();
  const agents = useAgents();
  const names = agents.filter((agent) => entry.mentions.includes(agent.id)).map((agent) => agent.name);
  if (entry.deleted_at) {
    return (
      <div id={`entry-${entry.id}`} className={classes.quiet}>
        {t("thread.noteUndone", { name: entry.author.name })} <Time at={entry.deleted_at} as="time" />
      </div>
    );
  }
  return (
    <div id={`entry-${entry.id}`} className={classes.note} data-marked={marked}>
      <div className={classes.by}>
        <IconLock size={13} stroke={1.8} aria-hidden="true" />
        <span className="bold">{entry.author.name}</span>
        <span>{t("composer.note")}</span>
        <Time at={entry.at} as="time" />
      </div>
      <TextBody text={entry.text} fresh={null} names={names} />
      <AttachmentList attachments={entry.attachments} />
    </div>
  );
}
