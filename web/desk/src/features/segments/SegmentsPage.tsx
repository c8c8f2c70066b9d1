import { useText } from "@damso/i18n";
import { Button } from "@mantine/core";
import { IconChartGridDots, IconMathFunction, IconPlus, IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMay } from "../../app/useMe.ts";
import { PeopleTabs } from "../companies/PeopleTabs.tsx";
import layout from "../customers/customers.module.css";
import { segmentsQuery } from "./queries.ts";
import { RuleTable } from "./RuleTable.tsx";
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
        <RuleTable
          query={query}
          icon={IconUsersGroup}
          says={t("segments.who")}
          last={{
            title: t("segments.members"),
            className: layout.number ?? "",
            of: (one) => (
              <td className={`${layout.number} num`}>
                {one.state === "live" ? format.number(one.members) : <StateNote state={one.state} />}
              </td>
            ),
          }}
          link={(one, className, children) => (
            <Link to="/segments/$segmentId" params={{ segmentId: one.id }} className={className}>
              {children}
            </Link>
          )}
          empty={{
            title: t("segments.emptyTitle"),
            text: t("segments.emptyText"),
            action: writes && create,
          }}
        />
      </div>
    </div>
  );
}
