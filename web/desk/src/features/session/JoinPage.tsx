import { ApiError, api } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Frame } from "./Frame.tsx";
import { NewPassword } from "./NewPassword.tsx";
import { owedBy, SecondStep } from "./SecondStep.tsx";
import classes from "./session.module.css";
import { takeToken, useEntered } from "./useEntered.ts";

/** An invited colleague says their name and chooses a password. */
export function JoinPage() {
  const { t, locale } = useText();
  const entered = useEntered();
  const [token] = useState(takeToken);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const accept = useMutation({
    mutationFn: () => api.team.acceptInvitation({ token: token ?? "", name: name.trim(), password, locale }),
    onSuccess: entered,
  });
  const owed = owedBy(accept.error);
  const fields = accept.error instanceof ApiError ? accept.error.fields : {};

  if (owed)
    return <SecondStep owed={owed} onEntered={entered} onRestart={() => location.assign("/desk/sign-in")} />;
  if (!token) {
    return (
      <Frame title={t("session.joinTitle")}>
        <Notice tone="danger">{t("session.invitationBroken")}</Notice>
      </Frame>
    );
  }
  return (
    <Frame title={t("session.joinTitle")} lead={t("session.joinLead")}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          accept.mutate();
        }}
      >
        <TextInput
          label={t("field.name")}
          autoComplete="name"
          autoFocus
          required
          withAsterisk={false}
          value={name}
          error={fields.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NewPassword
          label={t("field.password")}
          about={[name]}
          token={token}
          required
          value={password}
          error={fields.password}
          onChange={setPassword}
        />
        {accept.isError && Object.keys(fields).length === 0 && (
          <Notice tone="danger" urgent>
            {messageOf(accept.error, t)}
          </Notice>
        )}
        <Button type="submit" variant="filled" className={classes.submit} loading={accept.isPending}>
          {t("session.join")}
        </Button>
      </form>
    </Frame>
  );
}
