import { api, keys, type SearchQuery } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton } from "@damso/ui";
import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconZoomExclamation } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { remember } from "../palette/useRecent.tsx";
import { ChipRow } from "./ChipRow.tsx";
import { FilteredRows } from "./FilteredRows.tsx";
import { Filters } from "./Filters.tsx";
import type { Given } from "./given.ts";
import { Hit } from "./Hit.tsx";
import { readQuery } from "./operators.ts";
import { SearchBox } from "./SearchBox.tsx";
import { StartPanel } from "./StartPanel.tsx";
import classes from "./search.module.css";
import { useChips } from "./useChips.ts";
import { useOperators } from "./useOperators.ts";
import { useWanted } from "./useWanted.ts";

/** Words that stood so long were meant. */
const SETTLED = 2_000;
const LONGEST = 200;

/** All history: what was said, about whom, in which case. The question stands in the address. */
export function SearchPage() {
  const { t, format } = useText();
  const navigate = useNavigate();
  const given = useSearch({ strict: false }) as Given;
  const wantedOf = useWanted();
  const [text, setText] = useState(given.q ?? "");
  const typed = readQuery(text, useOperators());
  const [q] = useDebouncedValue(typed.q, 180);
  const narrowing = useRef(given);
  narrowing.current = given;
  const narrowed: Given = Object.assign({}, given, ...typed.chips.map((chip) => chip.given));
  const wanted: SearchQuery = { ...wantedOf(narrowed), q };
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
  const change = (more: Given) =>
    void navigate({ to: "/search", search: { ...narrowing.current, ...more }, replace: true });
  const listable = [narrowed.status, narrowed.inbox_id, narrowed.assignee, narrowed.channel].some(Boolean);

  useEffect(() => {
    void navigate({ to: "/search", search: { ...narrowing.current, q: q || undefined }, replace: true });
  }, [q, navigate]);
  useEffect(() => {
    if (q === "") return;
    const timer = setTimeout(() => remember({ words: q.slice(0, LONGEST) }), SETTLED);
    return () => clearTimeout(timer);
  }, [q]);

  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1 className="sr-only">{t("room.search")}</h1>
        <SearchBox text={text} focused={!given.q} onText={setText} onGiven={change} />
        <ChipRow chips={useChips(given, hits, change)} />
        <Filters given={given} onChange={change} />
      </header>
      <div className={classes.results}>
        {q === "" && listable && <FilteredRows given={narrowed} />}
        {q === "" && !listable && <StartPanel onWords={setText} />}
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
