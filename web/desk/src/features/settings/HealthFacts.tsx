import type { Inbox } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Time } from "@damso/ui";
import classes from "./settings.module.css";

/** When something last came and went, and what is wrong in words. */
export function HealthFacts({ inbox }: { inbox: Inbox }) {
  const { t } = useText();
  const { health } = inbox;
  return (
    <>
      {(health.problem || health.problems.length > 0) && (
        <div style={{ marginBottom: 20 }}>
          <Notice tone={health.state === "failing" ? "danger" : "warn"}>
            {health.problem && <p>{health.problem}</p>}
            {health.problems.map((problem) => (
              <p key={problem}>{problem}</p>
            ))}
          </Notice>
        </div>
      )}
      <dl className={classes.facts}>
        <dt>{t("health.lastIn")}</dt>
        <dd>{health.last_in_at ? <Time at={health.last_in_at} as="moment" /> : t("health.never")}</dd>
        <dt>{t("health.lastOut")}</dt>
        <dd>{health.last_out_at ? <Time at={health.last_out_at} as="moment" /> : t("health.never")}</dd>
        {health.failing_since && (
          <>
            <dt>{t("health.failingSince")}</dt>
            <dd>
              <Time at={health.failing_since} as="moment" />
            </dd>
          </>
        )}
        {Object.entries(health.facts).map(([name, fact]) => (
          <Fact key={name} name={name} fact={fact} />
        ))}
      </dl>
    </>
  );
}

function Fact({ name, fact }: { name: string; fact: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{fact}</dd>
    </>
  );
}
