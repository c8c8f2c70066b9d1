import { api } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Frame } from "./Frame.tsx";
import classes from "./session.module.css";
import { useEntered } from "./useEntered.ts";

export function SignInPage() {
  const { t } = useText();
  const { to } = useSearch({ strict: false }) as { to?: string };
  const [byLink, setByLink] = useState(false);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const entered = useEntered(to);
  const signIn = useMutation({
    mutationFn: () => api.session.signIn(email.trim(), password),
    onSuccess: entered,
  });
  const link = useMutation({ mutationFn: () => api.session.requestLink(email.trim()) });
  const running = byLink ? link : signIn;

  return (
    <Frame title={t("session.title")} lead={byLink ? t("session.linkLead") : undefined}>
      {link.isSuccess ? (
        <div className={classes.form}>
          <Notice tone="info">{t("session.linkSent", { email })}</Notice>
          <button type="button" className={classes.aside} onClick={() => link.reset()}>
            {t("action.back")}
          </button>
        </div>
      ) : (
        <form
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault();
            running.mutate();
          }}
        >
          <TextInput
            label={t("field.email")}
            type="email"
            autoComplete="username"
            autoFocus
            required
            withAsterisk={false}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          {!byLink && (
            <PasswordInput
              label={t("field.password")}
              autoComplete="current-password"
              required
              withAsterisk={false}
              visibilityToggleButtonProps={{ "aria-label": t("field.showPassword") }}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
          )}
          {running.isError && (
            <Notice tone="danger" urgent>
              {messageOf(running.error, t)}
            </Notice>
          )}
          <Button type="submit" variant="filled" className={classes.submit} loading={running.isPending}>
            {byLink ? t("session.sendLink") : t("session.signIn")}
          </Button>
          <button type="button" className={classes.aside} onClick={() => setByLink(!byLink)}>
            {byLink ? t("session.byPassword") : t("session.byLink")}
          </button>
        </form>
      )}
    </Frame>
  );
}
