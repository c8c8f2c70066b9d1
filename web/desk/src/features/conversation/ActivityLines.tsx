import type { Entry } from "@damso/api";
import { useText } from "@damso/i18n";
import { Time } from "@damso/ui";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { activityText } from "./activityText.ts";
import classes from "./thread.module.css";

/** More than this many in a row are folded to the last one. */
const SHOWN = 2;

export function ActivityLines({ entries }: { entries: Entry[] }) {
  const texts = useText();
  const [open, setOpen] = useState(false);
  const hidden = open || entries.length <= SHOWN ? 0 : entries.length - 1;
  return (
    <div className={classes.activities}>
      {hidden > 0 && (
        <button type="button" className={classes.quietOpen} onClick={() => setOpen(true)}>
          {texts.t("thread.moreActivities", { count: hidden })}
        </button>
      )}
      {entries.slice(hidden).map((entry) => (
        <div key={entry.id} id={`entry-${entry.id}`} className={classes.activity}>
          <span>{activityText(entry, texts)}</span> <OtherCase entry={entry} />{" "}
          <Time at={entry.at} as="time" />
        </div>
      ))}
    </div>
  );
}

/** The case that messages went to or came from. */
function OtherCase({ entry }: { entry: Entry }) {
  const { t } = useText();
  const { conversation_id: id } = entry.activity?.params ?? {};
  if (!entry.activity?.code.startsWith("split_") || typeof id !== "string") return null;
  return (
    <Link to="/c/$conversationId" params={{ conversationId: id }} search={{}}>
      {t("activity.otherCase")}
    </Link>
  );
}
