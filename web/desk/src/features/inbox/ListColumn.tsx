import { api, keys, type Row, type View, type ViewKind } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { EmptyState, IconButton, Notice, Skeleton } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconArrowUp, IconFileExport, IconMenu2, IconMoodCheck, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useKeymap } from "../../app/keymap.ts";
import { messageOf } from "../../app/messageOf.ts";
import { useStore } from "../../app/store.ts";
import { useKeys } from "../../app/useKeys.ts";
import { useMay } from "../../app/useMe.ts";
import { useMySettings } from "../../app/useMySettings.ts";
import { useWidth } from "../../app/useWidth.ts";
import { BulkBar } from "../bulk/BulkBar.tsx";
import { Progress } from "../bulk/Progress.tsx";
import {
  clearSelection,
  isSelecting,
  selectAll,
  stretchTo,
  toggleRow,
  useSelection,
} from "../bulk/selection.ts";
import { ExportDialog } from "../exports/ExportDialog.tsx";
import { ListRow, rowHeight } from "./ListRow.tsx";
import classes from "./list.module.css";
import { NotifyOffer } from "./NotifyOffer.tsx";
import { NOTHING_WAITS, rowsOf, settle, waiting } from "./rowsCache.ts";
import { pinned, useReminded } from "./useReminded.ts";
import { useWalk } from "./useWalk.ts";
import { viewCount, viewName } from "./viewNames.ts";
import { findView, viewsQuery } from "./viewsQuery.ts";

interface Props {
  viewId: string;
  conversationId: string | undefined;
  onViews: (() => void) | undefined;
}

export function ListColumn({ viewId, conversationId, onViews }: Props) {
  const { t, format } = useText();
  const keymap = useKeymap();
  const compact = useMySettings().density === "compact";
  const client = useQueryClient();
  const { data: views } = useQuery(viewsQuery);
  const view = findView(views, viewId);
  const query = useInfiniteQuery({
    queryKey: keys.rowsOf(viewId),
    queryFn: ({ pageParam, signal }) => api.conversations.list({ view: viewId, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const reminded = useReminded(view?.kind === "mine");
  const rows = useMemo(() => pinned(reminded, rowsOf(query.data)), [reminded, query.data]);
  const writes = useMay("conversations.write");
  const chosen = useSelection(viewId);
  const choosing = isSelecting(chosen);
  const waits = useStore(waiting, (all) => all[viewId] ?? NOTHING_WAITS);
  const scroller = useRef<HTMLDivElement>(null);
  const mayExport = useMay("conversations.export");
  const [exporting, setExporting] = useState(false);
  const [held, setHeld] = useState(false);
  const [atTop, setAtTop] = useState(true);
  // Alone on a phone, the list is the page.
  const Title = useWidth() === "phone" ? "h1" : "h2";
  const moved = Object.keys(waits.arrived).length + waits.left.length;
  // What moved because one of us wrote is no news.
  const arrived = Object.values(waits.arrived).filter((row) => row.last_author === "customer").length;

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => rowHeight(rows[index], compact),
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: all rows are as high as the agent wants them now
  useEffect(() => virtual.measure(), [compact]);
  const last = virtual.getVirtualItems().at(-1)?.index ?? 0;

  useEffect(() => {
    if (last >= rows.length - 10 && query.hasNextPage && !query.isFetchingNextPage)
      void query.fetchNextPage();
  }, [last, rows.length, query.hasNextPage, query.isFetchingNextPage, query.fetchNextPage]);

  // Nobody's pointer is here and the top is in sight: what waited may come in.
  useEffect(() => {
    if (!held && atTop && moved > 0) settle(client, viewId);
  }, [held, atTop, moved, client, viewId]);

  const choose = useCallback(
    (row: Row, stretch: boolean) => (stretch ? stretchTo(viewId, rows, row) : toggleRow(viewId, row)),
    [viewId, rows],
  );
  useEffect(() => clearSelection, []);
  const current = rows.find((row) => row.id === conversationId) ?? rows[0];
  useKeys(
    {
      choose: () => current && toggleRow(viewId, current),
      choose_stretch: () => current && stretchTo(viewId, rows, current),
      choose_all: () => selectAll(viewId, rows),
    },
    writes,
  );
  useWalk(rows, viewId, conversationId, (index) => virtual.scrollToIndex(index, { align: "auto" }));

  return (
    <section className={classes.list} aria-label={view ? viewName(view, t) : t("views.title")}>
      {choosing && view ? (
        <BulkBar view={view} rows={rows} more={query.hasNextPage} />
      ) : (
        <header className={classes.head}>
          {onViews && (
            <IconButton label={t("views.title")} combo={keymap.fold_views?.[0]} onClick={onViews}>
              <IconMenu2 size={18} stroke={1.6} />
            </IconButton>
          )}
          <Title className={`${classes.title} cut`}>{view ? viewName(view, t) : ""}</Title>
          <span className="faint num grow">{view && viewCount(view, format)}</span>
          {view && mayExport && (
            <IconButton
              label={t("export.view", { name: viewName(view, t) })}
              onClick={() => setExporting(true)}
            >
              <IconFileExport size={18} stroke={1.6} />
            </IconButton>
          )}
          <IconButton
            label={t("room.search")}
            combo={keymap.search?.[0]}
            renderRoot={(props) => <Link to="/search" {...props} />}
          >
            <IconSearch size={18} stroke={1.6} />
          </IconButton>
        </header>
      )}
      <Progress />
      {view && exporting && (
        <ExportDialog
          title={t("export.view", { name: viewName(view, t) })}
          lead={t("export.viewText")}
          ask={(format, reason) => api.exports.conversations({ format, view: view.id }, reason)}
          onClose={() => setExporting(false)}
        />
      )}
      <NotifyOffer />
      <div className={classes.announce} aria-live="polite">
        {arrived > 0 && (held || !atTop) && (
          <button
            type="button"
            className={classes.fresh}
            onClick={() => {
              settle(client, viewId);
              scroller.current?.scrollTo({ top: 0 });
            }}
          >
            <IconArrowUp size={14} stroke={2} aria-hidden="true" />
            {t("inbox.arrived", { count: arrived })}
          </button>
        )}
      </div>
      <div
        ref={scroller}
        className={classes.scroll}
        onScroll={(event) => setAtTop(event.currentTarget.scrollTop < 8)}
        onPointerEnter={(event) => setHeld(event.pointerType === "mouse")}
        onPointerLeave={() => setHeld(false)}
      >
        {query.isPending && <Skeleton label={t("state.loading")} rows={10} />}
        {query.isError && (
          <div className={classes.failed}>
            <Notice
              tone="danger"
              actions={
                <Button data-size="small" onClick={() => query.refetch()}>
                  {t("action.retry")}
                </Button>
              }
            >
              {messageOf(query.error, t)}
            </Notice>
          </div>
        )}
        {query.isSuccess && rows.length === 0 && <EmptyView view={view} />}
        <ul className={classes.rows} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <li
                key={item.key}
                aria-setsize={query.hasNextPage ? -1 : rows.length}
                aria-posinset={item.index + 1}
                className={classes.slot}
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                <ListRow
                  row={row}
                  viewId={viewId}
                  current={row.id === conversationId}
                  mine={view?.filter.assignee === "me"}
                  gone={waits.left.includes(row.id)}
                  chosen={chosen.whole !== null || chosen.rows[row.id] !== undefined}
                  choosing={choosing}
                  onChoose={writes ? choose : undefined}
                />
              </li>
            );
          })}
        </ul>
      </div>
    </section>
  );
}

/** What an empty list says, by the kind of its view. */
const EMPTY: Partial<Record<ViewKind, [TextKey, TextKey]>> = {
  mine: ["inbox.emptyMineTitle", "inbox.emptyMineText"],
  unassigned: ["inbox.emptyUnassignedTitle", "inbox.emptyUnassignedText"],
  reminders: ["inbox.emptyRemindersTitle", "inbox.emptyRemindersText"],
};

function EmptyView({ view }: { view: View | undefined }) {
  const { t } = useText();
  const [title, text] = (view && EMPTY[view.kind]) ?? ["inbox.emptyTitle", "inbox.emptyText"];
  return (
    <EmptyState icon={<IconMoodCheck size={32} stroke={1.4} />} title={t(title)}>
      {t(text)}
    </EmptyState>
  );
}
