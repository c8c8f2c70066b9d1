import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton } from "@damso/ui";
import type { Icon } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { messageOf } from "../../app/messageOf.ts";
import layout from "../customers/customers.module.css";
import classes from "./segments.module.css";

interface Named {
  id: string;
  name: string;
  sentence: string;
}

interface Props<Row extends Named> {
  query: UseQueryResult<Row[]>;
  icon: Icon;
  /** What the sentences are, as the head of their column. */
  says: string;
  last: { title: string; className: string; of: (row: Row) => ReactNode };
  /** A link to the row's own page, of class `className`. */
  link: (row: Row, className: string, children: ReactNode) => ReactNode;
  empty: { title: string; text: string; action: ReactNode };
}

/** What has a name and a rule in words: segments, computed traits. */
export function RuleTable<Row extends Named>({ query, icon: Mark, says, last, link, empty }: Props<Row>) {
  const { t } = useText();
  if (query.isPending) return <Skeleton label={t("state.loading")} rows={8} />;
  const rows = query.data ?? [];
  return (
    <>
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data?.length === 0 && (
        <EmptyState icon={<Mark size={32} stroke={1.4} />} title={empty.title} action={empty.action}>
          {empty.text}
        </EmptyState>
      )}
      {rows.length > 0 && (
        <table className={layout.table}>
          <thead>
            <tr>
              <th scope="col">{t("segments.name")}</th>
              <th scope="col" className={classes.ruleColumn}>
                {says}
              </th>
              <th scope="col" className={last.className}>
                {last.title}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id} className={layout.row}>
                <td>
                  {link(
                    row,
                    layout.name ?? "",
                    <>
                      <Mark size={18} stroke={1.6} aria-hidden="true" />
                      <span className="cut">{row.name}</span>
                    </>,
                  )}
                </td>
                <td className={`${layout.ways} ${classes.ruleColumn} cut`} title={row.sentence}>
                  {row.sentence}
                </td>
                {last.of(row)}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
