import { api } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Frame } from "./Frame.tsx";
import { owedBy, SecondStep } from "./SecondStep.tsx";
import classes from "./session.module.css";
import { takeToken, useEntered } from "./useEntered.ts";

/** A one-time link leads here and signs in by itself. */
export function EnterPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const entered = useEntered();
  const [token] = useState(takeToken);
  const { mutate, error, isPending } = useMutation({ mutationFn: api.session.enter, onSuccess: entered });

  useEffect(() => {
    if (token) mutate(token);
  }, [token, mutate]);

  const owed = owedBy(error);
  if (owed)
    return <SecondStep owed={owed} onEntered={entered} onRestart={() => navigate({ to: "/sign-in" })} />;
  return (
    <Frame title={t("session.entering")}>
      <div className={classes.form}>
        {(error || !token) && (
          <>
            <Notice tone="danger" urgent>
              {error ? messageOf(error, t) : t("session.linkBroken")}
            </Notice>
            <Button className={classes.submit} onClick={() => navigate({ to: "/sign-in" })}>
              {t("session.toSignIn")}
            </Button>
          </>
        )}
        {isPending && (
          <p className="muted" role="status">
            {t("state.wait")}
          </p>
        )}
      </div>
    </Frame>
  );
}
