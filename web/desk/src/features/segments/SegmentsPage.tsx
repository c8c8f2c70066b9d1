import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconChartGridDots, IconMathFunction, IconPlus, IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import { PeopleTabs } from "../companies/PeopleTabs.tsx";
import layout from "../customers/customers.module.css";
import { segmentsQuery } from "./queries.ts";
import { StateNote } from "./StateNote.tsx";
import classes from "./segments.module.css";

export function SegmentsPage() {
  const { t, format } = useText();
  const query = useQuery(segmentsQuery);
  const writes = useMay("segments.write");
  const create = (
    <Button
      leftSection={<IconPlus size={16} stroke={1.8} />}
      renderRoot={(props) => <Link to="/segments/new" {...props} />}
    >
      {t("segments.new")}
    </Button>
  );
  return (
    <div className={layout.page}>
      <header className={layout.head}>
        <PeopleTabs at="segments" />
        <span className={classes.space} />
        <Button
          variant="subtle"
          leftSection={<IconMathFunction size={16} stroke={1.6} />}
          renderRoot={(props) => <Link to="/segments/computed" {...props} />}
        >
          {t("computed.title")}
        </Button>
        <Button
          variant="subtle"
          leftSection={<IconChartGridDots size={16} stroke={1.6} />}
          renderRoot={(props) => <Link to="/segments/rfm" {...props} />}
        >
          {t("rfm.short")}
        </Button>
        {writes && query.data?.length !== 0 && create}
      </header>
      <div className={layout.scroll}>
        {query.isPending && <Skeleton label={t("state.loading")} rows={10} />}
        {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
        {query.data?.length === 0 && (
          <EmptyState
            icon={<IconUsersGroup size={32} stroke={1.4} />}
            title={t("segments.emptyTitle")}
            action={writes && create}
          >
            {t("segments.emptyText")}
          </EmptyState>
        )}
        {query.data && query.data.length > 0 && (
          <table className={layout.table}>
            <thead>
              <tr>
                <th scope="col">{t("segments.name")}</th>
                <th scope="col" className={classes.ruleColumn}>
                  {t("segments.who")}
                </th>
                <th scope="col" className={layout.number}>
                  {t("segments.members")}
                </th>
              </tr>
            </thead>
            <tbody>
              {query.data.map((one) => (
                <tr key={one.id} className={layout.row}>
                  <td>
                    <Link to="/segments/$segmentId" params={{ segmentId: one.id }} className={layout.name}>
                      <IconUsersGroup size={18} stroke={1.6} aria-hidden="true" />
                      <span className="cut">{one.name}</span>
                    </Link>
                  </td>
                  <td className={`${layout.ways} ${classes.ruleColumn} cut`} title={one.sentence}>
                    {one.sentence}
                  </td>
                  <td className={`${layout.number} num`}>
                    {one.state === "live" ? format.number(one.members) : <StateNote state={one.state} />}
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
