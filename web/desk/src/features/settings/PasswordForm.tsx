import { ApiError, api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, toast } from "@damso/ui";
import { Button, PasswordInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { NewPassword } from "../session/NewPassword.tsx";
import classes from "./settings.module.css";

export function PasswordForm() {
  const { t } = useText();
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const change = useMutation({
    mutationFn: () => api.me.patch({ current_password: current, password }),
    onSuccess: () => {
      setCurrent("");
      setPassword("");
      toast(t("profile.passwordChanged"));
      void client.invalidateQueries({ queryKey: keys.sessions });
    },
  });
  const fields = change.error instanceof ApiError ? change.error.fields : {};
  return (
    <section className={classes.section}>
      <h2 className={classes.sectionTitle}>{t("profile.password")}</h2>
      <p className={classes.sectionLead}>{t("profile.passwordLead")}</p>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <PasswordInput
          label={t("profile.currentPassword")}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ "aria-label": t("field.showPassword") }}
          value={current}
          error={fields.current_password}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <NewPassword
          label={t("profile.newPassword")}
          value={password}
          error={fields.password}
          onChange={setPassword}
        />
        {change.isError && Object.keys(fields).length === 0 && (
          <Notice tone="danger" urgent>
            {messageOf(change.error, t)}
          </Notice>
        )}
        <div className={classes.actions}>
          <Button type="submit" disabled={!password} loading={change.isPending}>
            {t("profile.changePassword")}
          </Button>
        </div>
      </form>
    </section>
  );
}
