import type { LakeTable } from "@damso/api";
import { useText } from "@damso/i18n";
import { Time } from "@damso/ui";
import classes from "./lake.module.css";

/** Every table with its columns and what they mean; folded until somebody looks. */
export function LakeTables({ tables }: { tables: LakeTable[] }) {
  const { t, format } = useText();
  return (
    <div>
      {tables.map((table) => (
        <details key={table.name} className={classes.schema}>
          <summary>
            <code>{table.name}</code>
            <span className="cut">{table.title}</span>
            <span className={classes.count}>
              {t("lake.rows", { rows: format.number(table.rows) })}
              {table.taken_at && (
                <>
                  {" · "}
                  <Time at={table.taken_at} />
                </>
              )}
            </span>
          </summary>
          <dl className={classes.columns}>
            {table.columns.map((column) => (
              <div key={column.name}>
                <dt>
                  <code>{column.name}</code>
                  <span className="small muted">{t(`lake.kind.${column.kind}` as "lake.kind.text")}</span>
                </dt>
                <dd>
                  {column.meaning}
                  {column.personal && <span className={classes.personal}>{t("lake.personal")}</span>}
                </dd>
              </div>
            ))}
          </dl>
        </details>
      ))}
    </div>
  );
}
