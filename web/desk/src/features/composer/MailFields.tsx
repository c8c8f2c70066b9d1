import type { Conversation, Route } from "@damso/api";
import { useText } from "@damso/i18n";
import { TagsInput } from "@mantine/core";
import { useState } from "react";
import classes from "./composer.module.css";
import { type Draft, writeDraft } from "./drafts.ts";

interface Props {
  conversation: Conversation;
  draft: Draft;
  route: Route;
}

/** Subject and copies, as far as the channel has them. They stay folded while they say nothing new. */
export function MailFields({ conversation, draft, route }: Props) {
  const { t } = useText();
  const known = conversation.participants.filter((one) => one.role === "cc").map((one) => one.value);
  const cc = draft.cc ?? known;
  const subject = draft.subject ?? conversation.subject;
  const [open, setOpen] = useState(false);
  const showCopies = route.policy.copies && (open || cc.length > 0);

  return (
    <div className={classes.mail}>
      {route.policy.subject && (
        <label className={classes.mailRow}>
          <span className={classes.mailName}>{t("mail.subject")}</span>
          <input
            className={classes.mailInput}
            value={subject}
            placeholder={t("mail.noSubject")}
            onChange={(event) => writeDraft(conversation.id, { subject: event.target.value })}
          />
          {route.policy.copies && !showCopies && (
            <button type="button" className={classes.mailMore} onClick={() => setOpen(true)}>
              {t("mail.addCopies")}
            </button>
          )}
        </label>
      )}
      {showCopies && (
        <div className={classes.mailRow}>
          <span className={classes.mailName} id="cc-name">
            {t("mail.cc")}
          </span>
          <TagsInput
            variant="unstyled"
            aria-labelledby="cc-name"
            className="grow"
            classNames={{ input: classes.copies }}
            value={cc}
            splitChars={[",", ";", " "]}
            onChange={(value) => writeDraft(conversation.id, { cc: value })}
          />
        </div>
      )}
    </div>
  );
}
