import { useText } from "@damso/i18n";
import { Notice, Skeleton } from "@damso/ui";
import { Button, Select, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import {
  keepPreviousData,
  type QueryKey,
  type UseInfiniteQueryResult,
  useInfiniteQuery,
} from "@tanstack/react-query";
import { type ReactNode, useRef } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useKeys } from "../../app/useKeys.ts";
import layout from "../customers/customers.module.css";
import { CommerceTabs } from "./CommerceTabs.tsx";
import classes from "./commerce.module.css";
import { useRowWalk } from "./useRowWalk.ts";

interface Page<Row> {
  items: Row[];
  next?: string | null;
}

interface Rows<Row> {
  rows: Row[];
  query: UseInfiniteQueryResult;
}

/** The rows of a list that goes on page by page. */
export function useRows<Row>(
  queryKey: QueryKey,
  fetch: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Row>>,
): Rows<Row> {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetch(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  return { rows: query.data?.pages.flatMap((page) => page.items) ?? [], query };
}

interface Props<Row> {
  at: Parameters<typeof CommerceTabs>[0]["at"];
  /** What narrows the list. */
  tools: ReactNode;
  list: Rows<Row>;
  /** What stands there instead of no rows. */
  empty: ReactNode;
  columns: { label: string; className?: string | undefined }[];
  line: (row: Row) => ReactNode;
  /** The rows show no pictures. */
  bare?: boolean;
  children?: ReactNode;
}

/** A list of this room: its tabs, what narrows it, and a table that the keys walk through. */
export function ListPage<Row>({ at, tools, list, empty, columns, line, bare, children }: Props<Row>) {
  const { t } = useText();
  const body = useRowWalk();
  const { rows, query } = list;
  return (
    <div className={layout.page}>
      <header className={layout.head}>
        <CommerceTabs at={at} />
        {tools}
      </header>
      <div className={layout.scroll}>
        {query.isPending && <Skeleton label={t("state.loading")} rows={10} />}
        {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
        {query.isSuccess && rows.length === 0 && empty}
        {rows.length > 0 && (
          <table className={`${layout.table} ${classes.table}`} data-bare={bare || undefined}>
            <thead>
              <tr>
                {columns.map(({ label, className }) => (
                  <th key={label} scope="col" className={className}>
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody ref={body}>{rows.map(line)}</tbody>
          </table>
        )}
        {query.hasNextPage && (
          <div className={layout.more}>
            <Button variant="subtle" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
              {t("action.more")}
            </Button>
          </div>
        )}
      </div>
      {children}
    </div>
  );
}

interface SearchProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
}

/** Where one types what to look for; the key for searching leads here. */
export function SearchBox({ label, value, onChange }: SearchProps) {
  const box = useRef<HTMLInputElement>(null);
  useKeys({ search: () => box.current?.focus() });
  return (
    <TextInput
      ref={box}
      className={layout.search}
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} stroke={1.6} />}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
    />
  );
}

interface ChoiceProps {
  label: string;
  data: { value: string; label: string }[];
  value: string;
  onChange: (value: string) => void;
}

/** Which rows are wanted; one of them always is. */
export function Choice({ label, data, value, onChange }: ChoiceProps) {
  return (
    <Select
      className={classes.filter}
      aria-label={label}
      data={data}
      value={value}
      allowDeselect={false}
      onChange={(chosen) => chosen !== null && onChange(chosen)}
    />
  );
}
