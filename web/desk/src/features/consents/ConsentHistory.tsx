import type { CustomerConsents } from "@damso/api";
import { useText } from "@damso/i18n";
import { Time } from "@damso/ui";
import { sourceText } from "../customers/identityText.ts";
import classes from "./consents.module.css";

/** Every entry of the ledger, the newest first, with its proof. */
export function ConsentHistory({ consents }: { consents: CustomerConsents }) {
  const { t, locale } = useText();
  const nameOf = (channel: string) => {
    const found = consents.channels.find((one) => one.channel === channel);
    if (!found) return channel === "all" ? t("consent.allChannels") : channel;
    return locale === "ko" ? found.name_ko : found.name_en;
  };
  return (
    <details className={classes.history}>
      <summary>{t("consent.historyShow", { count: consents.history.length })}</summary>
      <ol>
        {consents.history.map((one) => (
          <li key={one.id} className={classes.entry}>
            <div>
              {t(`consent.purpose.${one.purpose}`)} · {nameOf(one.channel)}{" "}
              <span className="bold">{t(one.given ? "consent.given" : "consent.withdrawn")}</span>
            </div>
            <div className="small muted">
              <Time at={one.at} /> ·{" "}
              {[
                sourceText(one.method, t),
                one.by,
                one.address,
                one.text_version && t("consent.textVersion", { version: one.text_version }),
                one.ip,
              ]
                .filter(Boolean)
                .join(" · ")}
            </div>
            {one.note && <div className="small">{one.note}</div>}
          </li>
        ))}
      </ol>
    </details>
  );
}
