import { api } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, EmptyState, IconButton, Notice, Skeleton, Time } from "@damso/ui";
import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import {
  IconFileExport,
  IconFilter,
  IconMailCheck,
  IconPlus,
  IconSearch,
  IconUsers,
  IconUsersGroup,
} from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { faceName } from "../../app/faceName.ts";
import { messageOf } from "../../app/messageOf.ts";
import { useKeys } from "../../app/useKeys.ts";
import { useMay } from "../../app/useMe.ts";
import { PeopleTabs } from "../companies/PeopleTabs.tsx";
import { ExportDialog } from "../exports/ExportDialog.tsx";
import classes from "./customers.module.css";
import { FilterBar } from "./FilterBar.tsx";
import { type Filter, FilterDrawer } from "./FilterDrawer.tsx";
import { identityValue } from "./identityText.ts";
import { NewCustomerDialog } from "./NewCustomerDialog.tsx";
import { ruleOf, useCustomerRows } from "./useCustomerRows.ts";

const SHOWN = 2;

export function CustomersPage() {
  const { t, format } = useText();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { q?: string } & Filter;
  const [text, setText] = useState(search.q ?? "");
  const [q] = useDebouncedValue(text.trim(), 150);
  const [creating, setCreating] = useState(false);
  const mayExport = useMay("customers.export");
  const [exporting, setExporting] = useState(false);
  const writes = useMay("customers.write");
  const merges = useMay("customers.merge");
  const box = useRef<HTMLInputElement>(null);
  const filter: Filter = { segment: search.segment, rule: search.rule };
  const rule = ruleOf(filter);
  const filtered = Boolean(rule);
  const [filtering, setFiltering] = useState(false);
  const filters = useMay("segments.read");
  const { query, rows, looked } = useCustomerRows(q, filter);
  const apply = (wanted: Filter) => {
    setFiltering(false);
    void navigate({ to: "/customers", search: { ...wanted, q: q || undefined } });
  };

  useEffect(() => {
    const typed = (before: { q?: string } & Filter) => ({ ...before, q: q || undefined });
    void navigate({ to: "/customers", search: typed, replace: true });
  }, [q, navigate]);
  useKeys({ search: () => box.current?.focus() });

  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <PeopleTabs at="customers" />
        <TextInput
          ref={box}
          className={classes.search}
          aria-label={t("customers.search")}
          placeholder={t("customers.search")}
          leftSection={<IconSearch size={16} stroke={1.6} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
        {filters && (
          <Button
            variant="subtle"
            leftSection={<IconFilter size={16} stroke={1.6} />}
            onClick={() => setFiltering(true)}
          >
            {t("narrow.open")}
          </Button>
        )}
        {merges && (
          <Button
            variant="subtle"
            leftSection={<IconUsersGroup size={16} stroke={1.6} />}
            onClick={() => void navigate({ to: "/customers/suggestions" })}
          >
            {t("identity.allSuggestions")}
          </Button>
        )}
        {writes && (
          <IconButton
            label={t("consent.notices")}
            onClick={() => void navigate({ to: "/customers/notices" })}
          >
            <IconMailCheck size={18} stroke={1.6} />
          </IconButton>
        )}
        {mayExport && (
          <IconButton label={t("export.customers")} onClick={() => setExporting(true)}>
            <IconFileExport size={18} stroke={1.6} />
          </IconButton>
        )}
        {writes && (
          <Button leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => setCreating(true)}>
            {t("customers.new")}
          </Button>
        )}
      </header>
      {filtered && <FilterBar filter={filter} onEdit={() => setFiltering(true)} onClear={() => apply({})} />}
      <div className={classes.scroll}>
        {query.isPending && <Skeleton label={t("state.loading")} rows={10} />}
        {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
        {filtered && looked > 0 && rows.length === 0 && query.hasNextPage && (
          <p className={`${classes.more} muted`}>{t("narrow.looked", { looked: format.number(looked) })}</p>
        )}
        {query.isSuccess && rows.length === 0 && !query.hasNextPage && (
          <EmptyState
            icon={<IconUsers size={32} stroke={1.4} />}
            title={filtered ? t("narrow.nobody") : q ? t("customers.noMatch") : t("customers.emptyTitle")}
          >
            {filtered
              ? t(q ? "narrow.nobodyFound" : "narrow.nobodyText", { q })
              : q
                ? t("customers.noMatchText")
                : t("customers.emptyText")}
          </EmptyState>
        )}
        {rows.length > 0 && (
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t("customers.name")}</th>
                <th scope="col">{t("customer.ways")}</th>
                <th scope="col" className={classes.number}>
                  {t("customers.openCases")}
                </th>
                <th scope="col" className={classes.number}>
                  {t("customer.lastSeen")}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id} className={classes.row}>
                  <td>
                    <Link
                      to="/customers/$customerId"
                      params={{ customerId: row.id }}
                      className={classes.name}
                    >
                      <Avatar name={faceName(row, t)} initials={row.initials} colour={row.colour} size={28} />
                      <span className="cut">{faceName(row, t)}</span>
                    </Link>
                  </td>
                  <td className={`${classes.ways} cut`}>
                    {row.identities
                      .filter((one) => one.kind !== "internal")
                      .slice(0, SHOWN)
                      .map((one) => identityValue(one, format, t))
                      .join("  ·  ")}
                  </td>
                  <td className={`${classes.number} num`}>{row.open_conversations || ""}</td>
                  <td className={`${classes.number} muted`}>
                    {row.last_seen_at && <Time at={row.last_seen_at} />}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {query.hasNextPage && (
          <div className={classes.more}>
            <Button variant="subtle" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
              {t("action.more")}
            </Button>
          </div>
        )}
      </div>
      {exporting && (
        <ExportDialog
          title={t("export.customers")}
          lead={[
            rule ? t("export.customersFitting") : !q && t("export.customersAll"),
            q && t("export.customersFound", { q }),
          ]
            .filter(Boolean)
            .join(" ")}
          ask={(format, reason) =>
            rule
              ? api.exports.fitting({ rule, q, format }, reason)
              : api.exports.customers({ format, q }, reason)
          }
          onClose={() => setExporting(false)}
        />
      )}
      {filtering && <FilterDrawer filter={filter} onApply={apply} onClose={() => setFiltering(false)} />}
      {creating && <NewCustomerDialog onClose={() => setCreating(false)} />}
    </div>
  );
}
