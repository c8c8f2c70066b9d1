import { api, type CannedAnswer, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, IconButton, Notice, Skeleton, toast, toastError } from "@damso/ui";
import { Button, Menu } from "@mantine/core";
import { IconBolt, IconDots, IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { cannedAnswersQuery } from "../../app/useLists.ts";
import { CannedAnswerDialog } from "./CannedAnswerDialog.tsx";
import { Page } from "./Page.tsx";
import classes from "./settings.module.css";

export function CannedAnswersPage() {
  const { t } = useText();
  const client = useQueryClient();
  const query = useQuery(cannedAnswersQuery);
  const [editing, setEditing] = useState<CannedAnswer | "new" | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: keys.cannedAnswers });
  const remove = async ({ id, ...answer }: CannedAnswer) => {
    try {
      await api.cannedAnswers.remove(id);
      await refresh();
      toast(t("canned.removed", { title: answer.title }), {
        label: t("action.undo"),
        run: () =>
          void api.cannedAnswers.create(answer).then(refresh, (error) => toastError(messageOf(error, t))),
      });
    } catch (error) {
      toastError(messageOf(error, t));
    }
  };

  return (
    <Page
      title={t("settings.canned")}
      lead={t("canned.lead")}
      actions={
        <Button leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => setEditing("new")}>
          {t("canned.new")}
        </Button>
      }
    >
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data?.length === 0 && (
        <EmptyState icon={<IconBolt size={32} stroke={1.4} />} title={t("canned.none")}>
          {t("canned.noneText")}
        </EmptyState>
      )}
      <ul className={classes.rows} hidden={!query.data?.length}>
        {query.data?.map((answer) => (
          <li key={answer.id} className={classes.row}>
            <div className={classes.rowBody}>
              <div className={classes.actions}>
                <span>{answer.title}</span>
                <span className="small faint">/{answer.shortcut}</span>
                {answer.locale && (
                  <span className="small faint">{answer.locale === "ko" ? "한국어" : "English"}</span>
                )}
              </div>
              <div className="small muted cut">{answer.text}</div>
            </div>
            <Menu>
              <Menu.Target>
                <IconButton label={t("views.more", { name: answer.title })}>
                  <IconDots size={16} />
                </IconButton>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => setEditing(answer)}>{t("action.edit")}</Menu.Item>
                <Menu.Item data-tone="danger" onClick={() => void remove(answer)}>
                  {t("action.delete")}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </li>
        ))}
      </ul>
      {editing && (
        <CannedAnswerDialog answer={editing === "new" ? null : editing} onClose={() => setEditing(null)} />
      )}
    </Page>
  );
}
