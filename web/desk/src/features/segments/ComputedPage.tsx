import { useText } from "@damso/i18n";
import { IconButton } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconArrowLeft, IconMathFunction, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMay } from "../../app/useMe.ts";
import layout from "../customers/customers.module.css";
import { computedQuery } from "./queries.ts";
import { RuleTable } from "./RuleTable.tsx";
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
        <RuleTable
          query={query}
          icon={IconMathFunction}
          says={t("computed.what")}
          last={{
            title: t("computed.usedBy"),
            className: classes.ruleColumn ?? "",
            of: (one) => (
              <td className={`${layout.ways} ${classes.ruleColumn} cut`}>{one.used_by.join(", ") || "–"}</td>
            ),
          }}
          link={(one, className, children) => (
            <Link to="/segments/computed/$computedId" params={{ computedId: one.id }} className={className}>
              {children}
            </Link>
          )}
          empty={{ title: t("computed.emptyTitle"), text: t("computed.emptyText"), action: add }}
        />
      </div>
    </div>
  );
}
