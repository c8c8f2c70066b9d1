import { api, keys, type SearchKind, type SearchQuery, type Status } from "@damso/api";
import { TimeZone, useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton } from "@damso/ui";
import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch, IconZoomExclamation } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useContext, useEffect, useRef, useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useKeys } from "../../app/useKeys.ts";
import { fromWallClock } from "../conversation/snoozeTimes.ts";
import { Filters, type Given } from "./Filters.tsx";
import { Hit } from "./Hit.tsx";
import classes from "./search.module.css";

/** All history: what was said, about whom, in which case. The question stands in the address. */
export function SearchPage() {
  const { t, format } = useText();
  const navigate = useNavigate();
  const given = useSearch({ strict: false }) as Given;
  const [text, setText] = useState(given.q ?? "");
  const [q] = useDebouncedValue(text.trim(), 180);
  const box = useRef<HTMLInputElement>(null);
  const narrowing = useRef(given);
  narrowing.current = given;
  const zone = useContext(TimeZone);
  const wanted: SearchQuery = {
    q,
    kind: (given.kind as SearchKind | undefined) ?? "all",
    status: given.status as Status | undefined,
    inbox_id: given.inbox_id,
    assignee: given.assignee,
    since: given.from && dayStart(given.from, zone),
    until: given.to && dayStart(given.to, zone, 1),
  };
  const query = useInfiniteQuery({
    queryKey: keys.search(wanted),
    queryFn: ({ pageParam, signal }) => api.search(wanted, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    enabled: q !== "",
    staleTime: 15_000,
  });
  const hits = query.data?.pages.flatMap((page) => page.items) ?? [];
  const first = query.data?.pages[0];

  useEffect(() => {
    void navigate({ to: "/search", search: { ...narrowing.current, q: q || undefined }, replace: true });
  }, [q, navigate]);
  useKeys({ "/": () => box.current?.focus() });

  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1 className="sr-only">{t("room.search")}</h1>
        <TextInput
          ref={box}
          autoFocus={!given.q}
          className={classes.box}
          classNames={{ input: classes.input }}
          aria-label={t("room.search")}
          placeholder={t("search.placeholder")}
          leftSection={<IconSearch size={18} stroke={1.6} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
        <Filters
          given={given}
          onChange={(change) => navigate({ to: "/search", search: { ...given, ...change }, replace: true })}
        />
      </header>
      <div className={classes.results}>
        {q === "" && (
          <EmptyState icon={<IconSearch size={32} stroke={1.4} />} title={t("search.beginTitle")}>
            {t("search.beginText")}
          </EmptyState>
        )}
        {q !== "" && query.isPending && <Skeleton label={t("state.loading")} rows={8} />}
        {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
        {q !== "" && query.isSuccess && hits.length === 0 && (
          <EmptyState
            icon={<IconZoomExclamation size={32} stroke={1.4} />}
            title={t("search.noneTitle", { q })}
          >
            {t("search.noneText")}
          </EmptyState>
        )}
        {q !== "" && hits.length > 0 && (
          <>
            <p className={`${classes.count} num`} role="status">
              {first?.more_than
                ? t("search.moreThan", { number: format.number(first.count) })
                : t("search.found", { count: first?.count ?? hits.length })}
            </p>
            <ul data-stale={query.isPlaceholderData} className={classes.hits}>
              {hits.map((hit) => (
                <li key={`${hit.kind}:${hit.message_id ?? hit.conversation_id ?? hit.customer.id}`}>
                  <Hit hit={hit} />
                </li>
              ))}
            </ul>
            {query.hasNextPage && (
              <div className={classes.more}>
                <Button
                  variant="subtle"
                  loading={query.isFetchingNextPage}
                  onClick={() => query.fetchNextPage()}
                >
                  {t("action.more")}
                </Button>
              </div>
            )}
          </>
        )}
      </div>
    </div>
  );
}

/** When a day (and so many more) begins for the reader. */
function dayStart(day: string, zone: string, more = 0): string {
  return fromWallClock(Date.parse(`${day}T00:00:00Z`) + more * 86_400_000, zone);
}
