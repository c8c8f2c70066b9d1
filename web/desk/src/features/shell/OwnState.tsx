import { type Availability, api, keys, type Me } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, toastError } from "@damso/ui";
import { Menu } from "@mantine/core";
import { IconCheck, IconKeyboard, IconLogout, IconUser } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { forgetPerson } from "../../app/remembered.ts";
import { useMe } from "../../app/useMe.ts";
import classes from "./shell.module.css";

const STATES: Availability[] = ["online", "away", "offline"];

/** The agent's own face: whether they take conversations, their keys, the way out. */
export function OwnState({ onKeys }: { onKeys: () => void }) {
  const me = useMe();
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const set = useMutation({
    mutationFn: api.me.setAvailability,
    onMutate: (availability) => {
      client.setQueryData<Me>(keys.me, (known) => known && { ...known, availability });
      return me.availability;
    },
    onError: (error, _, before) => {
      client.setQueryData<Me>(keys.me, (known) => known && { ...known, availability: before ?? "offline" });
      toastError(messageOf(error, t));
    },
  });
  const leave = useMutation({
    mutationFn: api.session.signOut,
    onSuccess: () => {
      forgetPerson();
      // A fresh page keeps nothing in memory either.
      location.assign("/desk/sign-in");
    },
    onError: (error) => toastError(messageOf(error, t)),
  });

  return (
    <Menu position="right-end">
      <Menu.Target>
        <button
          type="button"
          className={classes.own}
          aria-label={t("shell.own", { name: me.name, state: t(`availability.${me.availability}`) })}
        >
          <Avatar name={me.name} />
          <span className={classes.presence} data-state={me.availability} />
        </button>
      </Menu.Target>
      <Menu.Dropdown miw={208}>
        <div className={classes.ownHead}>
          <div className="bold cut">{me.name}</div>
          <div className="small muted cut">{me.email}</div>
        </div>
        <Menu.Divider />
        {STATES.map((state) => (
          <Menu.Item
            key={state}
            leftSection={
              <span className={classes.presence} data-state={state} style={{ position: "static" }} />
            }
            rightSection={me.availability === state && <IconCheck size={14} />}
            onClick={() => set.mutate(state)}
          >
            {t(`availability.${state}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconUser size={16} />} onClick={() => navigate({ to: "/settings/profile" })}>
          {t("settings.profile")}
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={onKeys}>
          {t("keys.title")}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => leave.mutate()}>
          {t("session.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
