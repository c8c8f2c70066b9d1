import type { Entry } from "@damso/api";
import { useText } from "@damso/i18n";
import { Time } from "@damso/ui";
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
          <span>{activityText(entry, texts)}</span> <Time at={entry.at} as="time" />
        </div>
      ))}
    </div>
  );
}
