import { type AuditLine, api, keys } from "@damso/api";
import { TimeZone, useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, Time } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconClipboardList } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useContext } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "../settings/Page.tsx";
import { detailsText } from "./auditDetails.ts";
import { ExportMenu } from "./ExportMenu.tsx";
import { RecordFilters } from "./RecordFilters.tsx";
import classes from "./records.module.css";
import { AUDITED_ACTS, actText } from "./recordText.ts";
import { type Given, soughtOf } from "./sought.ts";
import { Who } from "./Who.tsx";

/** Who changed what about people, rights and settings, and who came in. */
export function AuditLogPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const given = useSearch({ strict: false }) as Given;
  const sought = soughtOf(given, useContext(TimeZone));
  const query = useInfiniteQuery({
    queryKey: keys.audit(sought),
    queryFn: ({ pageParam }) => api.records.audit({ ...sought, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const lines = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      wide
      title={t("settings.audit")}
      lead={t("audit.lead")}
      actions={<ExportMenu log="audit" sought={sought} />}
    >
      <RecordFilters
        given={given}
        acts={AUDITED_ACTS.map((act) => ({ value: act, label: actText(act, t) }))}
        onChange={(change) =>
          navigate({ to: "/settings/audit", search: { ...given, ...change } as never, replace: true })
        }
      />
      {query.isPending && <Skeleton label={t("state.loading")} rows={8} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.isSuccess && lines.length === 0 && (
        <EmptyState icon={<IconClipboardList size={32} stroke={1.4} />} title={t("records.none")}>
          {t("audit.noneText")}
        </EmptyState>
      )}
      {lines.length > 0 && (
        <div className={classes.scroll} data-stale={query.isPlaceholderData}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t("records.when")}</th>
                <th scope="col">{t("records.who")}</th>
                <th scope="col">{t("audit.what")}</th>
                <th scope="col">{t("records.address")}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <Line key={line.id} line={line} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {query.hasNextPage && (
        <Button variant="subtle" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {t("action.more")}
        </Button>
      )}
    </Page>
  );
}

/** Acts whose subject is a customer who is still there. The log keeps no names. */
const ABOUT_A_CUSTOMER = new Set([
  "customers.merged",
  "customers.unmerged",
  "customers.separated",
  "access_request.registered",
  "access_request.answered",
]);

function Line({ line }: { line: AuditLine }) {
  const { t } = useText();
  const details = detailsText(line.act, line.details, t);
  return (
    <tr>
      <td className={classes.when}>
        <Time at={line.at} as="moment" />
      </td>
      <td className={classes.person}>
        <Who who={line.who} />
      </td>
      <td className={classes.what}>
        {actText(line.act, t)} <span className="muted">{line.subject_name}</span>
        {ABOUT_A_CUSTOMER.has(line.act) && (
          <Link to="/customers/$customerId" params={{ customerId: line.subject }} className={classes.link}>
            {t("access.openCustomer")}
          </Link>
        )}
        {details && <div className={`small muted ${classes.details}`}>{details}</div>}
      </td>
      <td className={`${classes.address} num`}>{line.address ?? "–"}</td>
    </tr>
  );
}
