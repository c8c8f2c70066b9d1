import { useText } from "@damso/i18n";
import { EmptyState, IconButton, Notice, Skeleton } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconArrowLeft, IconMathFunction, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import layout from "../customers/customers.module.css";
import { computedQuery } from "./queries.ts";
import classes from "./segments.module.css";

/** Traits that are worked out of events. */
export function ComputedPage() {
  const { t } = useText();
  const query = useQuery(computedQuery);
  const writes = useMay("segments.write");
  const add = writes && (
    <Button
      leftSection={<IconPlus size={16} stroke={1.8} />}
      renderRoot={(props) => <Link to="/segments/computed/new" {...props} />}
    >
      {t("computed.new")}
    </Button>
  );
  return (
    <div className={layout.page}>
      <header className={layout.head}>
        <IconButton label={t("segment.back")} renderRoot={(props) => <Link to="/segments" {...props} />}>
          <IconArrowLeft size={18} stroke={1.6} />
        </IconButton>
        <h1 className={`${classes.heading} grow cut`}>{t("computed.title")}</h1>
        {query.data && query.data.length > 0 && add}
      </header>
      <div className={layout.scroll}>
        {query.isPending && <Skeleton label={t("state.loading")} rows={6} />}
        {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
        {query.data?.length === 0 && (
          <EmptyState
            icon={<IconMathFunction size={32} stroke={1.4} />}
            title={t("computed.emptyTitle")}
            action={add}
          >
            {t("computed.emptyText")}
          </EmptyState>
        )}
        {query.data && query.data.length > 0 && (
          <table className={layout.table}>
            <thead>
              <tr>
                <th scope="col">{t("segments.name")}</th>
                <th scope="col" className={classes.ruleColumn}>
                  {t("computed.what")}
                </th>
                <th scope="col" className={classes.ruleColumn}>
                  {t("computed.usedBy")}
                </th>
              </tr>
            </thead>
            <tbody>
              {query.data.map((one) => (
                <tr key={one.id} className={layout.row}>
                  <td>
                    <Link
                      to="/segments/computed/$computedId"
                      params={{ computedId: one.id }}
                      className={layout.name}
                    >
                      <IconMathFunction size={18} stroke={1.6} aria-hidden="true" />
                      <span className="cut">{one.name}</span>
                    </Link>
                  </td>
                  <td className={`${layout.ways} ${classes.ruleColumn} cut`} title={one.sentence}>
                    {one.sentence}
                  </td>
                  <td className={`${layout.ways} ${classes.ruleColumn} cut`}>
                    {one.used_by.join(", ") || "–"}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </div>
  );
}
