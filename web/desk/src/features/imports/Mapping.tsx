import type { ImportForeseen } from "@damso/api";
import { useText } from "@damso/i18n";
import { StateMark } from "@damso/ui";
import settings from "../settings/settings.module.css";

/** Whom of the other help desk we know here. Who is missing can be invited before the import is started. */
export function Mapping({ foreseen: { colleagues = [], teams = [] } }: { foreseen: ImportForeseen }) {
  const { t } = useText();
  if (colleagues.length + teams.length === 0) return null;
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t("import.mapping")}</h3>
      <p className={settings.sectionLead}>{t("import.mappingLead")}</p>
      <ul className={settings.rows}>
        {colleagues.map((one) => (
          <li key={`${one.name} ${one.email}`} className={settings.row}>
            <div className={settings.rowBody}>
              <div className="cut">{one.name || one.email}</div>
              {one.name && <div className="small muted cut">{one.email}</div>}
            </div>
            <StateMark tone={one.agent ? "ok" : "warn"}>{one.agent || t("import.nobodyHere")}</StateMark>
          </li>
        ))}
        {teams.map((one) => (
          <li key={one.name} className={settings.row}>
            <div className={settings.rowBody}>
              <div className="cut">{one.name}</div>
              <div className="small muted">{t("import.kind.team")}</div>
            </div>
            <StateMark tone={one.here ? "ok" : "warn"}>
              {t(one.here ? "import.teamHere" : "import.teamMissing")}
            </StateMark>
          </li>
        ))}
      </ul>
    </section>
  );
}
