import { api, keys } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Frame } from "./Frame.tsx";
import { owedBy, SecondStep } from "./SecondStep.tsx";
import classes from "./session.module.css";
import { useEntered } from "./useEntered.ts";

export function SignInPage() {
  const { t } = useText();
  const { to, problem } = useSearch({ strict: false }) as { to?: string; problem?: string };
  const ways = useQuery({ queryKey: keys.waysIn, queryFn: api.session.ways });
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
  const owed = owedBy(signIn.error);
  const sso = ways.data?.sso;

  if (owed) return <SecondStep owed={owed} onEntered={entered} onRestart={() => signIn.reset()} />;

  return (
    <Frame title={t("session.title")} lead={byLink ? t("session.linkLead") : undefined}>
      {problem && !running.isError && (
        <div className={classes.problem}>
          <Notice tone="danger" urgent>
            {t(ssoProblem(problem))}
          </Notice>
        </div>
      )}
      {sso && !link.isSuccess && (
        <div className={classes.sso}>
          <Button
            component="a"
            href={`/api/session/sso${to ? `?to=${encodeURIComponent(to)}` : ""}`}
            className={classes.submit}
            variant={ways.data?.sso_only ? "filled" : "default"}
          >
            {sso.text || t("session.sso")}
          </Button>
          {ways.data?.sso_only && <p className="small muted">{t("session.ssoOnly")}</p>}
          <p className={classes.or}>{t("session.or")}</p>
        </div>
      )}
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
            autoFocus={!problem}
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

const SSO_PROBLEMS: readonly string[] = [
  "SSO_OFF",
  "SSO_UNREACHABLE",
  "SSO_MISCONFIGURED",
  "SSO_TOKEN_INVALID",
  "SSO_STALE",
  "SSO_REFUSED",
  "SSO_EMAIL_UNVERIFIED",
  "SSO_DOMAIN_FOREIGN",
  "SSO_NOBODY",
  "SSO_SOMEBODY_ELSE",
];

/** What stands in the address came from outside: only what we know is said. */
function ssoProblem(code: string): TextKey {
  return SSO_PROBLEMS.includes(code) ? (`problem.${code}` as TextKey) : "problem.other";
}
