import { api, type ImportDetail } from "@damso/api";
import { useText } from "@damso/i18n";
import { Button } from "@mantine/core";
import { useDownload } from "../records/useDownload.tsx";
import settings from "../settings/settings.module.css";
import classes from "./imports.module.css";

/** As the server calls the file of rows to be corrected. */
function rowsName(name: string): string {
  const json = /\.(jsonl|ndjson|json)(\.gz)?$/i.test(name);
  return `${name.replace(/\.gz$/i, "").replace(/\.[^.]+$/, "")}-rows.${json ? "jsonl" : "csv"}`;
}

/** What cannot come as it is: left out first, then what comes all the same. */
export function Troubles({ detail: { job, troubles, rejected } }: { detail: ImportDetail }) {
  const { t, format } = useText();
  const { ask, dialog } = useDownload();
  if (troubles.length === 0) return null;
  const groups = [
    { title: t("import.leftOut"), rows: troubles.filter((one) => !one.warning) },
    { title: t("import.worthKnowing"), rows: troubles.filter((one) => one.warning) },
  ].filter((group) => group.rows.length > 0);
  return (
    <section className={settings.section}>
      <div className={classes.headed}>
        <h3 className={settings.sectionTitle}>{t("import.troubles")}</h3>
        <div className={classes.files}>
          <Button
            data-size="small"
            hidden={rejected === 0}
            onClick={() => ask(rowsName(job.name), (reason) => api.imports.rejected(job.id, reason))}
          >
            {t("import.rejectedFile", { count: format.number(rejected) })}
          </Button>
          <Button
            data-size="small"
            variant={rejected > 0 ? "subtle" : "default"}
            onClick={() =>
              ask(`${job.product}-problems.csv`, (reason) => api.imports.problems(job.id, reason))
            }
          >
            {t("import.problemsFile")}
          </Button>
        </div>
      </div>
      {groups.map((group) => (
        <div key={group.title}>
          <h4 className="small muted">{group.title}</h4>
          <ul className={settings.rows}>
            {group.rows.map((one) => (
              <li key={one.code} className={settings.row}>
                <div className={settings.rowBody}>
                  <div className={classes.reason}>{one.text}</div>
                  <div className="small muted cut">
                    {one.places.join(", ")}
                    {one.count > one.places.length && " …"}
                  </div>
                </div>
                <span className={classes.number}>{format.number(one.count)}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
      {dialog}
    </section>
  );
}
