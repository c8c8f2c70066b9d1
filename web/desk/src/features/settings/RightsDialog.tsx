import { type Agent, ApiError, api, keys, type Limits, type Role } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Modal, Select } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useMe } from "../../app/useMe.ts";
import dialog from "../inbox/dialog.module.css";
import { LimitsFields } from "./LimitsFields.tsx";

/** What a colleague may do, and where. */
export function RightsDialog({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const { t } = useText();
  const me = useMe();
  const client = useQueryClient();
  const [role, setRole] = useState<Role>(agent.role);
  const [limits, setLimits] = useState<Limits>(agent.limits);
  const save = useMutation({
    mutationFn: () => api.team.patchAgent(agent.id, { role, limits: role === "owner" ? {} : limits }),
    onSuccess: (after) => {
      client.setQueryData<Agent[]>(keys.agents, (all) =>
        all?.map((one) => (one.id === after.id ? after : one)),
      );
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("people.rightsOf", { name: agent.name })}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Select
          data-autofocus
          label={t("people.role")}
          description={t(`role.${role}Text`)}
          data={me.grantable.map((value) => ({ value, label: t(`role.${value}`) }))}
          value={role}
          allowDeselect={false}
          onChange={(value) => setRole(value as Role)}
        />
        {role !== "owner" && (
          <>
            <p className="small muted">{t("limits.lead")}</p>
            <LimitsFields limits={limits} permissions={me.permissions} onChange={setLimits} />
          </>
        )}
        {save.isError && (
          <Notice tone="danger" urgent>
            {save.error instanceof ApiError && save.error.status === 403
              ? t("limits.beyond")
              : messageOf(save.error, t)}
          </Notice>
        )}
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" variant="filled" loading={save.isPending}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
