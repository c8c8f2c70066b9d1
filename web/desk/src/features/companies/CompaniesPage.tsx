import { api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton } from "@damso/ui";
import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconBuilding, IconPlus, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useKeys } from "../../app/useKeys.ts";
import { useMay } from "../../app/useMe.ts";
import classes from "../customers/customers.module.css";
import { NewCompanyDialog } from "./NewCompanyDialog.tsx";
import { PeopleTabs } from "./PeopleTabs.tsx";

export function CompaniesPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { q?: string };
  const [text, setText] = useState(search.q ?? "");
  const [q] = useDebouncedValue(text.trim(), 150);
  const [creating, setCreating] = useState(false);
  const writes = useMay("customers.write");
  const box = useRef<HTMLInputElement>(null);
  const query = useInfiniteQuery({
    queryKey: keys.companyList(q),
    queryFn: ({ pageParam, signal }) => api.companies.list({ q: q || undefined, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];

  useEffect(() => {
    void navigate({ to: "/companies", search: { q: q || undefined }, replace: true });
  }, [q, navigate]);
  useKeys({ search: () => box.current?.focus() });

  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <PeopleTabs at="companies" />
        <TextInput
          ref={box}
          className={classes.search}
          aria-label={t("companies.search")}
          placeholder={t("companies.search")}
          leftSection={<IconSearch size={16} stroke={1.6} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
        {writes && (
          <Button leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => setCreating(true)}>
            {t("companies.new")}
          </Button>
        )}
      </header>
      <div className={classes.scroll}>
        {query.isPending && <Skeleton label={t("state.loading")} rows={10} />}
        {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
        {query.isSuccess && rows.length === 0 && (
          <EmptyState
            icon={<IconBuilding size={32} stroke={1.4} />}
            title={q ? t("companies.noMatch") : t("companies.emptyTitle")}
          >
            {q ? t("companies.noMatchText") : t("companies.emptyText")}
          </EmptyState>
        )}
        {rows.length > 0 && (
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t("companies.name")}</th>
                <th scope="col">{t("companies.domains")}</th>
                <th scope="col" className={classes.number}>
                  {t("companies.people")}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id} className={classes.row}>
                  <td>
                    <Link to="/companies/$companyId" params={{ companyId: row.id }} className={classes.name}>
                      <IconBuilding size={18} stroke={1.6} aria-hidden="true" />
                      <span className="cut">{row.name}</span>
                    </Link>
                  </td>
                  <td className={`${classes.ways} cut`}>{row.domains.join("  ·  ")}</td>
                  <td className={`${classes.number} num`}>{row.people || ""}</td>
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
      {creating && <NewCompanyDialog onClose={() => setCreating(false)} />}
    </div>
  );
}
