import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import classes from "./settings.module.css";

interface Props {
  kind: "password" | "code";
  lead?: string;
  submit: string;
  act: (given: string) => Promise<void>;
}

/** Asks once more who somebody is, before something that others must not do in their place. */
export function ProofForm({ kind, lead, submit, act }: Props) {
  const { t } = useText();
  const [given, setGiven] = useState("");
  const running = useMutation({ mutationFn: act });
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        running.mutate(given);
      }}
    >
      {lead && <p className="muted">{lead}</p>}
      {kind === "password" ? (
        <PasswordInput
          data-autofocus
          label={t("profile.currentPassword")}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ "aria-label": t("field.showPassword") }}
          value={given}
          onChange={(event) => setGiven(event.currentTarget.value)}
        />
      ) : (
        <TextInput
          data-autofocus
          label={t("session.code")}
          autoComplete="one-time-code"
          autoCapitalize="off"
          spellCheck={false}
          required
          withAsterisk={false}
          value={given}
          onChange={(event) => setGiven(event.currentTarget.value)}
        />
      )}
      {running.isError && (
        <Notice tone="danger" urgent>
          {messageOf(running.error, t)}
        </Notice>
      )}
      <div className={classes.actions}>
        <Button type="submit" variant="filled" loading={running.isPending}>
          {submit}
        </Button>
      </div>
    </form>
  );
}
