import { ApiError, api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Frame } from "./Frame.tsx";
import { NewPassword } from "./NewPassword.tsx";
import { owedBy, SecondStep } from "./SecondStep.tsx";
import classes from "./session.module.css";
import { takeToken, useEntered } from "./useEntered.ts";

/** The first start of an empty installation: the company and its owner. */
export function SetupPage() {
  const { t, locale } = useText();
  const entered = useEntered("/settings/start");
  const state = useQuery({ queryKey: keys.setup, queryFn: api.setup.state });
  const [token] = useState(takeToken);
  const [company, setCompany] = useState("");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const finish = useMutation({
    mutationFn: () =>
      api.setup.finish({
        token: token ?? "",
        company: company.trim(),
        name: name.trim(),
        email: email.trim(),
        password,
        locale,
      }),
    onSuccess: entered,
  });
  const owed = owedBy(finish.error);
  const fields = finish.error instanceof ApiError ? finish.error.fields : {};

  if (state.data && !state.data.needed) return <Navigate to="/sign-in" replace />;
  if (owed)
    return <SecondStep owed={owed} onEntered={entered} onRestart={() => location.assign("/desk/sign-in")} />;
  if (!token) {
    return (
      <Frame title={t("setup.title")}>
        <Notice tone="warn">{t("setup.noToken")}</Notice>
      </Frame>
    );
  }
  return (
    <Frame title={t("setup.title")} lead={t("setup.lead")}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          finish.mutate();
        }}
      >
        <TextInput
          label={t("setup.company")}
          autoComplete="organization"
          autoFocus
          required
          withAsterisk={false}
          value={company}
          error={fields.company}
          onChange={(event) => setCompany(event.currentTarget.value)}
        />
        <TextInput
          label={t("field.name")}
          autoComplete="name"
          required
          withAsterisk={false}
          value={name}
          error={fields.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t("field.email")}
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={email}
          error={fields.email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <NewPassword
          label={t("field.password")}
          about={[company, name, email]}
          required
          value={password}
          error={fields.password}
          onChange={setPassword}
        />
        {finish.isError && Object.keys(fields).length === 0 && (
          <Notice tone="danger" urgent>
            {messageOf(finish.error, t)}
          </Notice>
        )}
        <Button type="submit" variant="filled" className={classes.submit} loading={finish.isPending}>
          {t("setup.finish")}
        </Button>
      </form>
    </Frame>
  );
}
