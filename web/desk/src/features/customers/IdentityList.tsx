import type { Identity } from "@damso/api";
import { useText } from "@damso/i18n";
import { Tooltip } from "@mantine/core";
import {
  IconAlertTriangle,
  IconAt,
  IconBuildingStore,
  IconIdBadge2,
  IconMail,
  IconMessageCircle,
  IconPhone,
  IconRosetteDiscountCheck,
  IconShieldCheck,
} from "@tabler/icons-react";
import { identityStory, identityValue, proven } from "./identityText.ts";
import classes from "./panel.module.css";

const MARKS: Record<string, typeof IconMail> = {
  email: IconMail,
  phone: IconPhone,
  visitor: IconMessageCircle,
  user: IconBuildingStore,
  IconIdBadge2,
  counter: IconBuildingStore,
};

/** The ways to this person, each with how sure we are that it is theirs. */
export function IdentityList({ identities }: { identities: Identity[] }) {
  const texts = useText();
  const { t, format } = texts;
  const shown = identities.filter((identity) => identity.kind !== "internal");
  return (
    <ul className={classes.facts}>
      {shown.map((identity) => {
        const Mark = MARKS[identity.kind] ?? IconAt;
        return (
          <Tooltip
            key={identity.id}
            label={identityStory(identity, texts)}
            position="left"
            style={{ whiteSpace: "pre-line" }}
          >
            <li className={classes.fact} data-off={!identity.reachable}>
              <Mark size={15} stroke={1.6} className={classes.factMark} aria-hidden="true" />
              <span className="grow cut">{identityValue(identity, format, t)}</span>
              {identity.bounced && (
                <span className={classes.bounced}>
                  <IconAlertTriangle size={13} stroke={1.8} aria-hidden="true" />
                  {t("identity.bounced")}
                </span>
              )}
              <ProofMark proof={proven(identity)} />
            </li>
          </Tooltip>
        );
      })}
    </ul>
  );
}

function ProofMark({ proof }: { proof: ReturnType<typeof proven> }) {
  const { t } = useText();
  if (proof === "none" || proof === "browser") {
    return <span className="small faint">{t(`proof.${proof}`)}</span>;
  }
  const Mark = proof === "asserted" ? IconShieldCheck : IconRosetteDiscountCheck;
  return (
    <span className={classes.proof} data-proof={proof}>
      <Mark size={14} stroke={1.8} aria-hidden="true" />
      {t(`proof.${proof}`)}
    </span>
  );
}
