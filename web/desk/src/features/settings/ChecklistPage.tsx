import { api, type ChecklistKey, keys } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { Notice, Skeleton } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconCircleCheck, IconCircleDashed } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "./Page.tsx";
import classes from "./settings.module.css";

/** Where each step is done. A step whose room is not built yet is not shown. */
const STEPS: Partial<Record<ChecklistKey, { title: TextKey; text: TextKey; action: TextKey; to: string }>> = {
  email: { title: "start.email", text: "start.emailText", action: "start.emailDo", to: "/settings/channels" },
  chat: { title: "start.chat", text: "start.chatText", action: "start.chatDo", to: "/settings/channels" },
  data: { title: "start.data", text: "start.dataText", action: "start.dataDo", to: "/settings/import" },
  invite: {
    title: "start.invite",
    text: "start.inviteText",
    action: "start.inviteDo",
    to: "/settings/people",
  },
  answer: { title: "start.answer", text: "start.answerText", action: "start.answerDo", to: "/inbox" },
};

export function ChecklistPage() {
  const { t } = useText();
  const query = useQuery({ queryKey: keys.checklist, queryFn: api.checklist });
  return (
    <Page title={t("settings.start")} lead={t("start.lead")}>
      {query.isPending && <Skeleton label={t("state.loading")} rows={4} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      <ol>
        {query.data?.items.map(({ key, done }) => {
          const step = STEPS[key];
          if (!step) return null;
          const Mark = done ? IconCircleCheck : IconCircleDashed;
          return (
            <li key={key} className={classes.step} data-done={done}>
              <Mark size={22} stroke={1.6} className={classes.stepMark} aria-hidden="true" />
              <div className="grow">
                <div className="bold">
                  {t(step.title)}
                  {done && <span className="sr-only"> {t("start.done")}</span>}
                </div>
                <div className="muted">{t(step.text)}</div>
              </div>
              {!done && (
                <Button component={Link} to={step.to}>
                  {t(step.action)}
                </Button>
              )}
            </li>
          );
        })}
      </ol>
    </Page>
  );
}
