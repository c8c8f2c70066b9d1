import { type Agent, api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import {
  Avatar,
  ConfirmByName,
  IconButton,
  Notice,
  Skeleton,
  StateMark,
  Time,
  toast,
  toastError,
} from "@damso/ui";
import { Button, Menu } from "@mantine/core";
import { IconDots, IconUserPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { agentsQuery } from "../../app/useLists.ts";
import { useMe } from "../../app/useMe.ts";
import { InviteDialog } from "./InviteDialog.tsx";
import { limitCount } from "./LimitsFields.tsx";
import { Page } from "./Page.tsx";
import { RightsDialog } from "./RightsDialog.tsx";
import classes from "./settings.module.css";

/** What is done to a colleague's way in. */
const ACTS = {
  signOut: { run: api.security.signOutAgent, done: "people.signedOut" },
  reset: { run: api.security.resetAgent, done: "people.resetDone" },
  unlink: { run: api.security.unlinkAgent, done: "people.unlinked" },
} as const;
type Act = keyof typeof ACTS;

export function PeoplePage() {
  const { t } = useText();
  const query = useQuery(agentsQuery);
  const [inviting, setInviting] = useState(false);
  return (
    <Page
      title={t("settings.people")}
      lead={t("people.lead")}
      wide
      actions={
        <Button
          variant="filled"
          leftSection={<IconUserPlus size={16} stroke={1.8} />}
          onClick={() => setInviting(true)}
        >
          {t("people.invite")}
        </Button>
      }
    >
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      <ul className={classes.rows}>
        {query.data?.map((agent) => (
          <Person key={agent.id} agent={agent} />
        ))}
      </ul>
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </Page>
  );
}

function Person({ agent }: { agent: Agent }) {
  const { t } = useText();
  const me = useMe();
  const client = useQueryClient();
  const patch = useMutation({
    mutationFn: (body: { disabled: boolean }) => api.team.patchAgent(agent.id, body),
    onSuccess: (after, body) => {
      client.setQueryData<Agent[]>(keys.agents, (all) =>
        all?.map((one) => (one.id === after.id ? after : one)),
      );
      if (body.disabled) {
        toast(t("people.disabled", { name: agent.name }), {
          label: t("action.undo"),
          run: () => patch.mutate({ disabled: false }),
        });
      }
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  const act = useMutation({
    mutationFn: (what: Act) => ACTS[what].run(agent.id),
    onSuccess: (_, what) => {
      setResetting(false);
      toast(t(ACTS[what].done, { name: agent.name }));
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  const [resetting, setResetting] = useState(false);
  const [rights, setRights] = useState(false);
  // Nobody changes those who may do more than they, and nobody locks themselves out.
  const mayChange = agent.id !== me.id && me.grantable.includes(agent.role);
  return (
    <li className={`${classes.row} ${classes.person}`}>
      <Avatar name={agent.name} />
      <div className={classes.rowBody}>
        <div className="cut">
          {agent.name} {agent.id === me.id && <span className="faint">({t("filter.me")})</span>}
        </div>
        <div className="small muted cut">{agent.email}</div>
      </div>
      <PersonState agent={agent} />
      <span className={`${classes.role} muted`}>
        {t(`role.${agent.role}`)}
        {limitCount(agent.limits) > 0 && <span className="small"> · {t("limits.some")}</span>}
      </span>
      {mayChange ? (
        <Menu>
          <Menu.Target>
            <IconButton label={t("views.more", { name: agent.name })}>
              <IconDots size={16} />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setRights(true)}>{t("people.rights")}</Menu.Item>
            {!agent.invited && (
              <Menu.Item onClick={() => act.mutate("signOut")}>{t("people.signOut")}</Menu.Item>
            )}
            {!agent.invited && me.role === "owner" && (
              <>
                <Menu.Item onClick={() => setResetting(true)}>{t("people.resetFactor")}</Menu.Item>
                <Menu.Item onClick={() => act.mutate("unlink")}>{t("people.unlink")}</Menu.Item>
              </>
            )}
            {agent.disabled ? (
              <Menu.Item onClick={() => patch.mutate({ disabled: false })}>{t("people.enable")}</Menu.Item>
            ) : (
              <Menu.Item data-tone="danger" onClick={() => patch.mutate({ disabled: true })}>
                {t("people.disable")}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      ) : (
        <span style={{ width: 28 }} />
      )}
      {rights && <RightsDialog agent={agent} onClose={() => setRights(false)} />}
      {resetting && (
        <ConfirmByName
          title={t("people.resetTitle")}
          name={agent.name}
          ask={t("confirm.name", { name: agent.name })}
          confirm={t("people.resetDo")}
          cancel={t("action.cancel")}
          onConfirm={() => act.mutate("reset")}
          onClose={() => setResetting(false)}
        >
          {t("people.resetText")}
        </ConfirmByName>
      )}
    </li>
  );
}

function PersonState({ agent }: { agent: Agent }) {
  const { t } = useText();
  if (agent.disabled) return <StateMark tone="off">{t("people.isDisabled")}</StateMark>;
  if (agent.invited) return <StateMark tone="accent">{t("people.isInvited")}</StateMark>;
  if (agent.availability === "offline" && agent.last_seen_at) {
    return (
      <StateMark tone="off">
        <Time at={agent.last_seen_at} />
      </StateMark>
    );
  }
  const tone = { online: "ok", away: "warn", offline: "off" } as const;
  return <StateMark tone={tone[agent.availability]}>{t(`availability.${agent.availability}`)}</StateMark>;
}
