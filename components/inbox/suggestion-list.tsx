"use client";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import dynamic from "next/dynamic";
import {
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { Empty } from "@/components/common/blocks";
import { LoadMore, QueryError } from "@/components/common/query-states";
import { useCan } from "@/components/shell/session";
import { Card } from "@/components/ui/card";
import type { SuggestionSummary } from "@/server/contracts";
import { emptyText } from "./empty-text";
import { countFilters, type InboxQuery } from "./inbox-query";
import { RowsSkeleton, SuggestionRow } from "./suggestion-row";
import { PROVING_TAB } from "./tabs";
import { useSuggestionPages } from "./use-inbox";
import { type CurrentRow, useRowKeys } from "./use-row-keys";
import { type Selection, useSelection } from "./use-selection";

// Loads with the first row that is ticked.
const BulkBar = dynamic(() => import("./bulk-bar").then((module) => module.BulkBar));

export function SuggestionList({ query }: { query: InboxQuery }) {
  const pages = useSuggestionPages(query);
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);
  const selection = useSelection(rows);
  const listRef = useRef<HTMLUListElement>(null);
  const current = useRowKeys(rows, listRef, selection);
  const { ask } = current;
  const hasSelection = selection.ids.length > 0;
  // What was asked of a selection is not asked of the next one.
  useEffect(() => {
    if (!hasSelection) ask(null);
  }, [hasSelection, ask]);
  if (pages.isPending) return <RowsSkeleton />;
  if (pages.isError && rows.length === 0) {
    return <QueryError error={pages.error} onRetry={() => void pages.refetch()} />;
  }
  if (rows.length === 0) return <InboxEmpty query={query} />;
  return (
    <>
      <Card className="overflow-hidden">
        <Rows
          rows={rows}
          listRef={listRef}
          current={current.row}
          selection={selection}
          onNearEnd={() => {
            // After a failure the button below tries again; a refetch that runs is not broken off.
            const isFree = !pages.isFetching && !pages.isFetchNextPageError;
            if (pages.hasNextPage && isFree) void pages.fetchNextPage();
          }}
        />
      </Card>
      <LoadMore query={pages} />
      {hasSelection ? (
        <BulkBar
          selectedIds={selection.ids}
          asked={current.asked}
          onAsk={current.ask}
          onClear={selection.clear}
          planNext={current.planNext}
        />
      ) : null}
    </>
  );
}

interface RowsProps {
  rows: readonly SuggestionSummary[];
  listRef: RefObject<HTMLUListElement | null>;
  current: CurrentRow;
  selection: Selection;
  onNearEnd: () => void;
}

const ROW_HEIGHT_PX = 84;
/** What the server sends, and the browser before it knows where the window is scrolled to. */
const FIRST_ROWS = 20;
/** From so many rows before the end the next page is loaded. */
const NEAR_END_ROWS = 10;

/** Only the rows in view are in the document: a list of 10,000 scrolls as one of ten. */
function Rows({ rows, listRef, current, selection, onNearEnd }: RowsProps) {
  const isHydrated = useIsHydrated();
  const scrollMargin = useDistanceFromTop(listRef);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT_PX,
    getItemKey: (index) => rows[index]?.suggestion_id ?? index,
    overscan: 8,
    scrollMargin,
  });
  const shown: readonly Place[] = isHydrated
    ? virtualizer
        .getVirtualItems()
        .map(({ index, start }) => ({ index, top: start - scrollMargin }))
    : rows.slice(0, FIRST_ROWS).map((_, index) => ({ index, top: index * ROW_HEIGHT_PX }));
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= rows.length - NEAR_END_ROWS) onNearEnd();
  }, [lastShown, rows.length, onNearEnd]);
  // Of the rows as they are when the current one changes: rows that come in later move no focus.
  const latestRows = useRef(rows);
  useEffect(() => {
    latestRows.current = rows;
  }, [rows]);
  useEffect(() => {
    const index = latestRows.current.findIndex((row) => row.suggestion_id === current.id);
    if (index === -1) return;
    virtualizer.scrollToIndex(index, { align: "auto" });
    // The row may have to be rendered first.
    const frame = requestAnimationFrame(() =>
      listRef.current
        ?.querySelector<HTMLElement>("[data-current] a")
        ?.focus({ preventScroll: true }),
    );
    return () => cancelAnimationFrame(frame);
  }, [current, virtualizer, listRef]);
  return (
    <ul ref={listRef} className="relative" style={{ height: virtualizer.getTotalSize() }}>
      {shown.map(({ index, top }) => {
        const summary = rows[index];
        if (summary === undefined) return null;
        return (
          <SuggestionRow
            key={summary.suggestion_id}
            ref={virtualizer.measureElement}
            index={index}
            count={rows.length}
            top={top}
            summary={summary}
            isCurrent={summary.suggestion_id === current.id}
            isTicked={selection.has(summary.suggestion_id)}
            onTick={selection.toggle}
          />
        );
      })}
    </ul>
  );
}

interface Place {
  index: number;
  /** Below the list's top, px. */
  top: number;
}

const never = () => () => {};

/** False on the server, and until the browser has taken over what the server sent. */
function useIsHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}

/** How far below the document's top an element begins, px; kept true while what is above it changes. */
function useDistanceFromTop(ref: RefObject<HTMLElement | null>): number {
  const [distance, setDistance] = useState(0);
  useLayoutEffect(() => {
    const measure = () =>
      setDistance((ref.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [ref]);
  return distance;
}

function InboxEmpty({ query }: { query: InboxQuery }) {
  const canAnalyze = useCan("suggestion.analyze");
  const { data } = useSuggestionPages({ tab: PROVING_TAB, view: {} });
  if (countFilters(query.view) > 0) {
    return (
      <Empty title="No suggestion matches">
        <p>Change the search or the filters, or clear them.</p>
      </Empty>
    );
  }
  const text = emptyText(query.tab.name, data?.pages[0]?.items.length ?? 0);
  if (text === undefined) return null;
  return (
    <Empty title={text.title}>
      <p>{text.text}</p>
      {canAnalyze ? null : <p className="mt-2">Your role cannot start an analysis.</p>}
    </Empty>
  );
}
