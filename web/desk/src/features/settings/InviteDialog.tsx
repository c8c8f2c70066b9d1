import { ApiError, api, keys, type Limits, type Role } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Modal, Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useMe } from "../../app/useMe.ts";
import dialog from "../inbox/dialog.module.css";
import { CopyLine } from "./CopyLine.tsx";
import { LimitsFields } from "./LimitsFields.tsx";

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t, format } = useText();
  const me = useMe();
  const client = useQueryClient();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("agent");
  // Whoever is limited cannot give more: their own limits are where they begin.
  const [limits, setLimits] = useState<Limits>(me.limits);
  const invite = useMutation({
    mutationFn: () => api.team.invite({ email: email.trim(), name: name.trim(), role, limits }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.agents }),
  });
  const fields = invite.error instanceof ApiError ? invite.error.fields : {};
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("people.invite")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {invite.data ? (
        <div className={dialog.form}>
          <p>{t("people.linkLead", { name: name.trim() || email })}</p>
          <CopyLine value={invite.data.link} label={t("people.link")} />
          <p className="small muted">
            {t("people.linkUntil", { at: format.moment(invite.data.expires_at) })}
          </p>
          <div className={dialog.actions}>
            <Button onClick={() => invite.reset()}>{t("people.inviteMore")}</Button>
            <Button variant="filled" onClick={onClose}>
              {t("action.close")}
            </Button>
          </div>
        </div>
      ) : (
        <form
          className={dialog.form}
          onSubmit={(event) => {
            event.preventDefault();
            invite.mutate();
          }}
        >
          <TextInput
            data-autofocus
            label={t("field.email")}
            type="email"
            value={email}
            error={fields.email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <TextInput
            label={t("field.name")}
            value={name}
            error={fields.name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label={t("people.role")}
            description={t(`role.${role}Text`)}
            allowDeselect={false}
            data={me.grantable
              .filter((value) => value !== "owner")
              .map((value) => ({ value, label: t(`role.${value}`) }))}
            value={role}
            onChange={(value) => setRole(value as Role)}
          />
          <details>
            <summary className="small muted">{t("limits.lead")}</summary>
            <div className={dialog.form} style={{ marginTop: 12 }}>
              <LimitsFields limits={limits} permissions={me.permissions} onChange={setLimits} />
            </div>
          </details>
          {invite.isError && Object.keys(fields).length === 0 && (
            <Notice tone="danger" urgent>
              {messageOf(invite.error, t)}
            </Notice>
          )}
          <div className={dialog.actions}>
            <Button variant="subtle" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <Button
              type="submit"
              variant="filled"
              disabled={!email.trim() || !name.trim()}
              loading={invite.isPending}
            >
              {t("people.makeLink")}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
