import type { Claim } from "@damso/api";
import { useText } from "@damso/i18n";
import { Tooltip } from "@mantine/core";
import { sourceText } from "./identityText.ts";
import classes from "./panel.module.css";

const KINDS = ["name", "email", "phone", "company"] as const;

/** What the customer says about themselves: shown as said, never as known. */
export function ClaimList({ claims }: { claims: Claim[] }) {
  const { t, format } = useText();
  if (claims.length === 0) return null;
  return (
    <section className={classes.section}>
      <h3 className={classes.sectionTitle}>{t("claim.title")}</h3>
      <ul className={classes.facts}>
        {claims.map((claim) => {
          const kind = KINDS.find((one) => one === claim.kind);
          const story = [
            t("claim.unproven"),
            t("fact.source", { source: sourceText(claim.source, t) }),
            format.moment(claim.at),
          ].join("\n");
          return (
            <Tooltip key={claim.id} label={story} position="left" style={{ whiteSpace: "pre-line" }}>
              <li className={classes.fact}>
                <span className={classes.factName}>{kind ? t(`claim.${kind}`) : claim.kind}</span>
                <span className={`${classes.claimed} grow cut`}>
                  {claim.kind === "phone" ? format.phone(claim.value) : claim.value}
                </span>
                <span className="small faint">{t("claim.mark")}</span>
              </li>
            </Tooltip>
          );
        })}
      </ul>
    </section>
  );
}
