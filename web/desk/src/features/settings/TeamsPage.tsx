import { api, keys, type Team } from "@damso/api";
import { useText } from "@damso/i18n";
import { ConfirmByName, EmptyState, IconButton, Notice, Skeleton, toastError } from "@damso/ui";
import { Button, Menu, Modal, MultiSelect, TextInput } from "@mantine/core";
import { IconDots, IconPlus, IconUsersGroup } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { teamsQuery, useAgents } from "../../app/useLists.ts";
import dialog from "../inbox/dialog.module.css";
import { Page } from "./Page.tsx";
import classes from "./settings.module.css";

export function TeamsPage() {
  const { t } = useText();
  const client = useQueryClient();
  const query = useQuery(teamsQuery);
  const agents = useAgents();
  const [editing, setEditing] = useState<Team | "new" | null>(null);
  const [removing, setRemoving] = useState<Team | null>(null);
  const remove = useMutation({
    mutationFn: (team: Team) => api.team.remove(team.id),
    onSuccess: () => {
      setRemoving(null);
      void client.invalidateQueries({ queryKey: keys.teams });
      void client.invalidateQueries({ queryKey: keys.views });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  const members = (team: Team) =>
    agents
      .filter((agent) => team.member_ids.includes(agent.id))
      .map((agent) => agent.name)
      .join(", ");

  return (
    <Page
      title={t("settings.teams")}
      lead={t("teams.lead")}
      actions={
        <Button leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => setEditing("new")}>
          {t("teams.new")}
        </Button>
      }
    >
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data?.length === 0 && (
        <EmptyState icon={<IconUsersGroup size={32} stroke={1.4} />} title={t("teams.none")}>
          {t("teams.noneText")}
        </EmptyState>
      )}
      <ul className={classes.rows} hidden={!query.data?.length}>
        {query.data?.map((team) => (
          <li key={team.id} className={classes.row}>
            <span className={classes.icon}>
              <IconUsersGroup size={18} stroke={1.6} aria-hidden="true" />
            </span>
            <div className={classes.rowBody}>
              <div>{team.name}</div>
              <div className="small muted cut">{members(team) || t("teams.nobody")}</div>
            </div>
            <Menu>
              <Menu.Target>
                <IconButton label={t("views.more", { name: team.name })}>
                  <IconDots size={16} />
                </IconButton>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => setEditing(team)}>{t("action.edit")}</Menu.Item>
                <Menu.Item data-tone="danger" onClick={() => setRemoving(team)}>
                  {t("action.delete")}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </li>
        ))}
      </ul>
      {editing && <TeamDialog team={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      {removing && (
        <ConfirmByName
          title={t("teams.remove")}
          name={removing.name}
          ask={t("confirm.name", { name: removing.name })}
          confirm={t("action.delete")}
          cancel={t("action.cancel")}
          onConfirm={() => remove.mutate(removing)}
          onClose={() => setRemoving(null)}
        >
          {t("teams.removeText")}
        </ConfirmByName>
      )}
    </Page>
  );
}

function TeamDialog({ team, onClose }: { team: Team | null; onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const agents = useAgents();
  const [name, setName] = useState(team?.name ?? "");
  const [members, setMembers] = useState(team?.member_ids ?? []);
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), member_ids: members };
      return team ? api.team.patch(team.id, body) : api.team.create(body);
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.teams });
      void client.invalidateQueries({ queryKey: keys.views });
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={team ? t("teams.edit") : t("teams.new")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextInput
          data-autofocus
          label={t("field.name")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <MultiSelect
          label={t("teams.members")}
          searchable
          data={agents.map((agent) => ({ value: agent.id, label: agent.name }))}
          value={members}
          onChange={setMembers}
        />
        {save.isError && (
          <Notice tone="danger" urgent>
            {messageOf(save.error, t)}
          </Notice>
        )}
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" variant="filled" disabled={!name.trim()} loading={save.isPending}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
