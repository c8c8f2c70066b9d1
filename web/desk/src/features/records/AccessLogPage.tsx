import { type AccessAct, type AccessLine, api, keys } from "@damso/api";
import { TimeZone, useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, Time } from "@damso/ui";
import { Button, Popover } from "@mantine/core";
import { IconEye, IconX } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useContext } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "../settings/Page.tsx";
import { ExportMenu } from "./ExportMenu.tsx";
import { RecordFilters } from "./RecordFilters.tsx";
import classes from "./records.module.css";
import { routeText } from "./recordText.ts";
import { type Given, soughtOf } from "./sought.ts";
import { Who } from "./Who.tsx";

export const ACTS: AccessAct[] = [
  "viewed",
  "listed",
  "searched",
  "changed",
  "downloaded",
  "exported",
  "revealed",
];

/** Who saw whose data. Customers stand here by number only: to look at one of them is a view of its own. */
export function AccessLogPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const given = useSearch({ strict: false }) as Given;
  const sought = soughtOf(given, useContext(TimeZone));
  const query = useInfiniteQuery({
    queryKey: keys.access(sought),
    queryFn: ({ pageParam }) => api.records.access({ ...sought, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const lines = query.data?.pages.flatMap((page) => page.items) ?? [];
  const narrow = (change: Given) =>
    navigate({ to: "/settings/access", search: { ...given, ...change } as never, replace: true });

  return (
    <Page
      wide
      title={t("settings.access")}
      lead={t("access.lead")}
      actions={<ExportMenu log="access" sought={sought} />}
    >
      <RecordFilters
        given={given}
        acts={ACTS.map((act) => ({ value: act, label: t(`access.${act}`) }))}
        onChange={narrow}
      />
      {given.customer && (
        <p className={classes.chip}>
          <Link to="/customers/$customerId" params={{ customerId: given.customer }}>
            {t("access.ofCustomer")}
          </Link>
          <button type="button" aria-label={t("records.all")} onClick={() => narrow({ customer: undefined })}>
            <IconX size={14} aria-hidden="true" />
          </button>
        </p>
      )}
      {query.isPending && <Skeleton label={t("state.loading")} rows={8} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.isSuccess && lines.length === 0 && (
        <EmptyState icon={<IconEye size={32} stroke={1.4} />} title={t("records.none")}>
          {t("access.noneText")}
        </EmptyState>
      )}
      {lines.length > 0 && (
        <div className={classes.scroll} data-stale={query.isPlaceholderData}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t("records.when")}</th>
                <th scope="col">{t("records.who")}</th>
                <th scope="col">{t("records.act")}</th>
                <th scope="col">{t("access.whose")}</th>
                <th scope="col">{t("records.address")}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <Line key={line.id} line={line} onCustomer={(customer) => narrow({ customer })} />
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

function Line({ line, onCustomer }: { line: AccessLine; onCustomer: (id: string) => void }) {
  const { t } = useText();
  return (
    <tr>
      <td className={classes.when}>
        <Time at={line.at} as="moment" />
      </td>
      <td className={classes.person}>
        <Who who={line.who} />
      </td>
      <td className={classes.what}>
        <span className={classes.act} data-taken={["downloaded", "exported", "revealed"].includes(line.act)}>
          {t(`access.${line.act}`)}
        </span>{" "}
        <span className="muted">{routeText(line.route, t)}</span>
        {line.reason && (
          <div className="small muted">
            {t(`reason.${line.reason}`)}
            {line.note && ` · ${line.note}`}
          </div>
        )}
      </td>
      <td className={classes.when}>
        <Whose line={line} onCustomer={onCustomer} />
      </td>
      <td className={`${classes.address} num`}>{line.address ?? "–"}</td>
    </tr>
  );
}

function Whose({ line, onCustomer }: { line: AccessLine; onCustomer: (id: string) => void }) {
  const { t } = useText();
  const count = line.customer_ids.length;
  if (count === 0) return <span className="muted">–</span>;
  return (
    <Popover position="bottom-start" withinPortal>
      <Popover.Target>
        <button type="button" className={classes.link}>
          {t("access.customers", { count })}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <ul className={classes.ids}>
          {line.customer_ids.map((id) => (
            <li key={id}>
              <code>{id.slice(-12)}</code>
              <Link to="/customers/$customerId" params={{ customerId: id }}>
                {t("access.openCustomer")}
              </Link>
              <button type="button" className={classes.link} onClick={() => onCustomer(id)}>
                {t("access.onlyCustomer")}
              </button>
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
