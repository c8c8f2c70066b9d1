import type { Import } from "@damso/api";
import { useText } from "@damso/i18n";
import settings from "../settings/settings.module.css";
import classes from "./imports.module.css";

const KINDS = [
  "customer",
  "event",
  "product",
  "consent",
  "conversation",
  "message",
  "agent",
  "team",
  "company",
  "article",
  "rating",
  "record",
] as const;
const STATES = ["new", "changed", "same", "repeated", "refused", "matched", "unmatched"] as const;

/** How many of each kind, by what becomes of them. Columns that nothing stands in are left out. */
export function CountTable({ counts, title }: { counts: Import["counts"]; title: string }) {
  const { t, format } = useText();
  const kinds = KINDS.filter((kind) => counts[kind]);
  const states = STATES.filter((state) => kinds.some((kind) => counts[kind]?.[state]));
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{title}</h3>
      <div className={classes.scroll}>
        <table className={classes.counts}>
          <thead>
            <tr>
              <th scope="col">
                <span className="sr-only">{t("import.kind")}</span>
              </th>
              {states.map((state) => (
                <th key={state} scope="col">
                  {t(`import.count.${state}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {kinds.map((kind) => (
              <tr key={kind}>
                <th scope="row">{t(`import.kind.${kind}`)}</th>
                {states.map((state) => (
                  <td key={state} data-none={!counts[kind]?.[state]}>
                    {counts[kind]?.[state] ? format.number(counts[kind][state]) : "–"}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
