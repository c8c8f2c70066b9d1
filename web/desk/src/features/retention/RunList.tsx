import type { RetentionRun, RuledClass } from "@damso/api";
import { useText } from "@damso/i18n";
import { StateMark, Time } from "@damso/ui";
import settings from "../settings/settings.module.css";

/** What was destroyed and when; each record is sealed once it is complete. */
export function RunList({ runs }: { runs: RetentionRun[] }) {
  const { t, format } = useText();
  if (runs.length === 0) return <p className="muted">{t("retention.noRuns")}</p>;
  return (
    <ul className={settings.rows}>
      {runs.map((run) => (
        <li key={run.id} className={settings.row}>
          <div className={settings.rowBody}>
            <div>
              <Time at={run.started_at} as="moment" />
              {run.trigger === "replay" && <> · {t("retention.replay")}</>}
            </div>
            <div className="small muted">
              {Object.entries(run.classes).map(([name, one]) => (
                <span key={name}>
                  {t(`recordClass.${name as RuledClass}`)}{" "}
                  {t("retention.gone", { cases: format.number(one.cases || one.rows || 0) })}{" "}
                </span>
              ))}
            </div>
            {run.seal && (
              <div className="small muted cut">
                <code>{run.seal}</code>
              </div>
            )}
          </div>
          <StateMark tone={run.finished_at ? "ok" : "warn"}>
            {t(run.finished_at ? "retention.sealed" : "retention.running")}
          </StateMark>
        </li>
      ))}
    </ul>
  );
}
