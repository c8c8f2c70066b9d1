import type { SecondFactorOffer } from "@damso/api";
import { useText } from "@damso/i18n";
import { Button } from "@mantine/core";
import { useState } from "react";
import classes from "./session.module.css";

/** What goes into the authenticator app: a picture, or a key to type. */
export function Offer({ offer }: { offer: SecondFactorOffer }) {
  const { t } = useText();
  return (
    <div className={classes.offer}>
      <p>{t("factor.scan")}</p>
      <div className={classes.qr}>
        <img src={`data:image/svg+xml,${encodeURIComponent(offer.qr)}`} alt={t("factor.qr")} />
      </div>
      <p className="small muted">{t("factor.type")}</p>
      <code className={classes.secret}>{offer.secret.match(/.{1,4}/g)?.join(" ")}</code>
    </div>
  );
}

interface CodesProps {
  codes: string[];
  onKept: () => void;
}

/** Shown once; going on says that they were kept. */
export function RecoveryCodeList({ codes, onKept }: CodesProps) {
  const { t } = useText();
  const [copied, setCopied] = useState(false);
  return (
    <div className={classes.offer}>
      <p>{t("factor.codesLead")}</p>
      <ul className={classes.codes} aria-label={t("factor.codesTitle")}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Button
        onClick={async () => {
          await navigator.clipboard.writeText(codes.join("\n"));
          setCopied(true);
        }}
      >
        {copied ? t("action.copied") : t("factor.copyAll")}
      </Button>
      <Button variant="filled" onClick={onKept}>
        {t("factor.kept")}
      </Button>
    </div>
  );
}
