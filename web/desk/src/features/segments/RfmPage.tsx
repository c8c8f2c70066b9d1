import { api, keys, type RfmPicture } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, IconButton, Notice, Skeleton, toastError } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconArrowLeft, IconChartGridDots, IconRefresh } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import layout from "../customers/customers.module.css";
import { rfmQuery } from "./queries.ts";
import { RfmGrid } from "./RfmGrid.tsx";
import { asRule } from "./rule.ts";
import classes from "./segments.module.css";

/** Buyers by recency, frequency and amount: how many in each cell, and what the cells are called. */
export function RfmPage() {
  const { t, format } = useText();
  const client = useQueryClient();
  const writes = useMay("segments.write");
  const query = useQuery(rfmQuery);
  const refresh = useMutation({
    mutationFn: api.rfm.refresh,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.rfm }),
    onError: (error) => toastError(messageOf(error, t)),
  });
  const picture = query.data;
  const buyers = picture?.cells.reduce((sum, cell) => sum + cell.customers, 0) ?? 0;
  return (
    <div className={layout.page}>
      <header className={layout.head}>
        <IconButton label={t("segment.back")} renderRoot={(props) => <Link to="/segments" {...props} />}>
          <IconArrowLeft size={18} stroke={1.6} />
        </IconButton>
        <h1 className={`${classes.heading} grow cut`}>{t("rfm.title")}</h1>
        {writes && (
          <Button
            leftSection={<IconRefresh size={16} stroke={1.8} />}
            loading={refresh.isPending || picture?.refreshing}
            onClick={() => refresh.mutate()}
          >
            {t("rfm.refresh")}
          </Button>
        )}
      </header>
      <div className={layout.scroll}>
        {query.isPending && <Skeleton label={t("state.loading")} rows={8} />}
        {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
        {picture && buyers === 0 && (
          <EmptyState icon={<IconChartGridDots size={32} stroke={1.4} />} title={t("rfm.emptyTitle")}>
            {t("rfm.emptyText")}
          </EmptyState>
        )}
        {picture && buyers > 0 && (
          <div className={classes.rfm}>
            <p className="muted">
              {t("rfm.lead", { buyers: format.number(buyers) })} {t(writes ? "rfm.leadMake" : "rfm.leadSee")}
              {picture.computed_at && ` ${t("rfm.asOf", { at: format.moment(picture.computed_at) })}`}
            </p>
            <RfmGrid picture={picture} />
            <Groups picture={picture} buyers={buyers} />
          </div>
        )}
      </div>
    </div>
  );
}

const ruleOf = (group: string) => asRule({ kind: "rfm", groups: [group] });

function Groups({ picture, buyers }: { picture: RfmPicture; buyers: number }) {
  const { t, format } = useText();
  const writes = useMay("segments.write");
  return (
    <table className={classes.days}>
      <thead>
        <tr>
          <th scope="col">{t("rfm.group")}</th>
          <th scope="col">{t("segment.count")}</th>
          <th scope="col">{t("rfm.share")}</th>
        </tr>
      </thead>
      <tbody>
        {picture.groups.map((one) => (
          <tr key={one.group}>
            <th scope="row">
              {writes ? (
                <Link to="/segments/new" search={{ name: one.name, rule: ruleOf(one.group) }}>
                  {one.name}
                </Link>
              ) : (
                <Link to="/customers" search={{ rule: ruleOf(one.group) }}>
                  {one.name}
                </Link>
              )}
            </th>
            <td className="num">{format.number(one.customers)}</td>
            <td className="num">{Math.round((100 * one.customers) / buyers)}%</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
