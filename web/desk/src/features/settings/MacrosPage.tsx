import { api, keys, type Macro } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, IconButton, Notice, Skeleton, toast, toastError } from "@damso/ui";
import { Button, Menu } from "@mantine/core";
import { IconDots, IconPlus, IconWand } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { macrosQuery } from "../../app/useLists.ts";
import { StepLines } from "../macros/StepLines.tsx";
import { MacroEditor } from "./MacroEditor.tsx";
import { Page } from "./Page.tsx";
import classes from "./settings.module.css";

export function MacrosPage() {
  const { t } = useText();
  const client = useQueryClient();
  const query = useQuery(macrosQuery);
  const [editing, setEditing] = useState<Macro | "new" | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: keys.macros });
  const remove = async ({ id, name, steps, shared }: Macro) => {
    try {
      await api.macros.remove(id);
      await refresh();
      const restore = async () => {
        await api.macros.create({ name, steps, shared });
        await refresh();
      };
      toast(t("macro.removed", { name }), { label: t("action.undo"), run: () => void restore() });
    } catch (error) {
      toastError(messageOf(error, t));
    }
  };
  const add = (
    <Button
      variant="filled"
      leftSection={<IconPlus size={16} stroke={1.8} />}
      onClick={() => setEditing("new")}
    >
      {t("macro.new")}
    </Button>
  );
  return (
    <Page title={t("settings.macros")} lead={t("macro.lead")} actions={query.data?.length ? add : undefined}>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data?.length === 0 && (
        <EmptyState icon={<IconWand size={32} stroke={1.4} />} title={t("macro.noneTitle")} action={add}>
          {t("macro.noneText")}
        </EmptyState>
      )}
      <ul className={classes.rows} hidden={!query.data?.length}>
        {query.data?.map((macro) => (
          <li key={macro.id} className={classes.row}>
            <div className={classes.rowBody}>
              <div className={classes.actions}>
                <span>{macro.name}</span>
                <span className="small faint">{t(macro.shared ? "macro.shared" : "macro.own")}</span>
              </div>
              <div className="small muted">
                <StepLines steps={macro.steps} />
              </div>
            </div>
            {macro.editable && (
              <Menu>
                <Menu.Target>
                  <IconButton label={t("views.more", { name: macro.name })}>
                    <IconDots size={16} />
                  </IconButton>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item onClick={() => setEditing(macro)}>{t("action.edit")}</Menu.Item>
                  <Menu.Item data-tone="danger" onClick={() => void remove(macro)}>
                    {t("action.delete")}
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            )}
          </li>
        ))}
      </ul>
      {editing && <MacroEditor macro={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
    </Page>
  );
}
