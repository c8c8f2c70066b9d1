import { api, keys, type SecondFactorOffer } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton, StateMark, toast } from "@damso/ui";
import { Button, Modal } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Offer, RecoveryCodeList } from "../session/Offer.tsx";
import { ProofForm } from "./ProofForm.tsx";
import classes from "./settings.module.css";

type Doing = "begin" | "renew" | "turnOff";

/** One's own second factor: set up, renewed, turned off. */
export function SecondFactorSection() {
  const { t } = useText();
  const query = useQuery({ queryKey: keys.secondFactor, queryFn: api.security.secondFactor });
  const [doing, setDoing] = useState<Doing | null>(null);
  const state = query.data;
  return (
    <section className={classes.section}>
      <h2 className={classes.sectionTitle}>{t("factor.title")}</h2>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {state && !state.since && <p className={classes.sectionLead}>{t("factor.off")}</p>}
      {state?.since && (
        <p className={classes.sectionLead}>
          <StateMark tone="ok">{t("factor.isOn")}</StateMark> ·{" "}
          {t("factor.left", { count: state.recovery_codes_left })} {state.required && t("factor.required")}
        </p>
      )}
      <div className={classes.actions}>
        {state && !state.since && (
          <Button variant="filled" onClick={() => setDoing("begin")}>
            {t("factor.begin")}
          </Button>
        )}
        {state?.since && <Button onClick={() => setDoing("renew")}>{t("factor.renew")}</Button>}
        {state?.since && !state.required && (
          <Button data-tone="danger" onClick={() => setDoing("turnOff")}>
            {t("factor.turnOff")}
          </Button>
        )}
      </div>
      {doing && <Dialog doing={doing} onClose={() => setDoing(null)} />}
    </section>
  );
}

const TITLES = { begin: "factor.title", renew: "factor.renew", turnOff: "factor.turnOffTitle" } as const;

function Dialog({ doing, onClose }: { doing: Doing; onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const [offer, setOffer] = useState<SecondFactorOffer | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const changed = () => {
    void client.invalidateQueries({ queryKey: keys.secondFactor });
    void client.invalidateQueries({ queryKey: keys.sessions });
  };
  const shown = (given: string[]) => {
    setCodes(given);
    changed();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      // The codes are shown this once: a stray click beside them must not lose them.
      closeOnClickOutside={!codes}
      title={codes ? t("factor.codesTitle") : t(TITLES[doing])}
      closeButtonProps={{ "aria-label": t("action.cancel") }}
    >
      {codes && (
        <RecoveryCodeList
          codes={codes}
          onKept={() => {
            if (doing === "begin") toast(t("factor.done"));
            onClose();
          }}
        />
      )}
      {!codes && doing === "begin" && !offer && (
        <ProofForm
          kind="password"
          lead={t("factor.askPassword")}
          submit={t("factor.next")}
          act={async (password) => setOffer(await api.security.begin(password))}
        />
      )}
      {!codes && offer && (
        <>
          <Offer offer={offer} />
          <hr className={classes.pause} />
          <ProofForm
            kind="code"
            submit={t("session.confirm")}
            act={async (code) => shown((await api.security.confirm(code)).codes)}
          />
        </>
      )}
      {!codes && doing === "renew" && (
        <ProofForm
          kind="code"
          lead={t("factor.askCode")}
          submit={t("factor.renew")}
          act={async (code) => shown((await api.security.renewCodes(code)).codes)}
        />
      )}
      {doing === "turnOff" && (
        <ProofForm
          kind="code"
          lead={t("factor.askCode")}
          submit={t("factor.turnOff")}
          act={async (code) => {
            await api.security.turnOff(code);
            changed();
            onClose();
          }}
        />
      )}
    </Modal>
  );
}
