import { ApiError, api, type EnrolledMe, type Me } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Frame } from "./Frame.tsx";
import { Offer, RecoveryCodeList } from "./Offer.tsx";
import classes from "./session.module.css";

interface Owed {
  step: "code" | "enrol";
  token: string;
}

/** What is asked for before somebody is in, if that is why they are not. */
export function owedBy(error: unknown): Owed | null {
  if (!(error instanceof ApiError) || error.code !== "SECOND_STEP") return null;
  const { step, token } = error.problem;
  return (step === "code" || step === "enrol") && typeof token === "string" ? { step, token } : null;
}

interface Props {
  owed: Owed;
  onEntered: (me: Me) => Promise<void>;
  onRestart: () => void;
}

export function SecondStep({ owed, onEntered, onRestart }: Props) {
  return owed.step === "code" ? (
    <GiveCode owed={owed} onEntered={onEntered} onRestart={onRestart} />
  ) : (
    <Enrol owed={owed} onEntered={onEntered} onRestart={onRestart} />
  );
}

function GiveCode({ owed, onEntered, onRestart }: Props) {
  const { t } = useText();
  const give = useMutation({
    mutationFn: (code: string) => api.session.giveCode(owed.token, code),
    onSuccess: onEntered,
  });
  return (
    <Frame title={t("session.codeTitle")} lead={t("session.codeHint")}>
      <CodeForm running={give} onRestart={onRestart} />
      <p className={`small muted ${classes.lost}`}>{t("session.codeLost")}</p>
    </Frame>
  );
}

function Enrol({ owed, onEntered, onRestart }: Props) {
  const { t } = useText();
  const [done, setDone] = useState<EnrolledMe | null>(null);
  const offer = useQuery({
    queryKey: ["enrolment", owed.token],
    queryFn: () => api.session.beginEnrolment(owed.token),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const confirm = useMutation({
    mutationFn: (code: string) => api.session.finishEnrolment(owed.token, code),
    onSuccess: setDone,
  });
  if (done) {
    return (
      <Frame title={t("factor.codesTitle")}>
        <RecoveryCodeList codes={done.recovery_codes} onKept={() => onEntered(done.me)} />
      </Frame>
    );
  }
  return (
    <Frame title={t("session.enrolTitle")} lead={t("session.enrolLead")}>
      {offer.isError && <Notice tone="danger">{messageOf(offer.error, t)}</Notice>}
      {offer.data && <Offer offer={offer.data} />}
      <CodeForm running={confirm} onRestart={onRestart} />
    </Frame>
  );
}

interface CodeFormProps {
  running: { mutate: (code: string) => void; error: unknown; isPending: boolean };
  onRestart: () => void;
}

function CodeForm({ running, onRestart }: CodeFormProps) {
  const { t } = useText();
  const [code, setCode] = useState("");
  return (
    <form
      className={`${classes.form} ${classes.codeForm}`}
      onSubmit={(event) => {
        event.preventDefault();
        running.mutate(code);
      }}
    >
      <TextInput
        label={t("session.code")}
        autoComplete="one-time-code"
        inputMode="text"
        autoCapitalize="off"
        spellCheck={false}
        autoFocus
        required
        withAsterisk={false}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      {running.error !== null && (
        <Notice tone="danger" urgent>
          {messageOf(running.error, t)}
        </Notice>
      )}
      <Button type="submit" variant="filled" className={classes.submit} loading={running.isPending}>
        {t("session.confirm")}
      </Button>
      <button type="button" className={classes.aside} onClick={onRestart}>
        {t("session.fromTheStart")}
      </button>
    </form>
  );
}
