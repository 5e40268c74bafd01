"use client";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Empty } from "@/components/common/blocks";
import { LoadMore, QueryError } from "@/components/common/query-states";
import { useCan } from "@/components/shell/session";
import { Card } from "@/components/ui/card";
import type { SuggestionSummary } from "@/server/contracts";
import { BulkBar } from "./bulk-bar";
import { emptyText } from "./empty-text";
import { countFilters, type InboxQuery } from "./inbox-query";
import { RowsSkeleton, SuggestionRow } from "./suggestion-row";
import { PROVING_TAB } from "./tabs";
import { useSuggestionPages } from "./use-inbox";
import { useRowKeys } from "./use-row-keys";
import { type Selection, useSelection } from "./use-selection";

export function SuggestionList({ query }: { query: InboxQuery }) {
  const pages = useSuggestionPages(query);
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);
  const selection = useSelection(rows);
  const listRef = useRef<HTMLUListElement>(null);
  const current = useRowKeys(rows, listRef, selection);
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
          currentId={current.id}
          selection={selection}
          onNearEnd={() => {
            if (pages.hasNextPage && !pages.isFetchingNextPage) void pages.fetchNextPage();
          }}
        />
      </Card>
      <LoadMore query={pages} />
      {selection.ids.length === 0 ? null : (
        <BulkBar
          selectedIds={selection.ids}
          asked={current.asked}
          onAsk={current.ask}
          onClear={selection.clear}
        />
      )}
    </>
  );
}

interface RowsProps {
  rows: readonly SuggestionSummary[];
  listRef: RefObject<HTMLUListElement | null>;
  currentId: string | null;
  selection: Selection;
  onNearEnd: () => void;
}

const ROW_HEIGHT_PX = 84;
/** From so many rows before the end the next page is loaded. */
const NEAR_END_ROWS = 10;

/** Only the rows in view are in the document: a list of 10,000 scrolls as one of ten. */
function Rows({ rows, listRef, currentId, selection, onNearEnd }: RowsProps) {
  const [scrollMargin, setScrollMargin] = useState(0);
  useLayoutEffect(() => setScrollMargin(listRef.current?.offsetTop ?? 0), [listRef]);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT_PX,
    getItemKey: (index) => rows[index]?.suggestion_id ?? index,
    overscan: 8,
    scrollMargin,
    // What the server renders, which knows no window.
    initialRect: { width: 0, height: 1000 },
  });
  const shown = virtualizer.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= rows.length - NEAR_END_ROWS) onNearEnd();
  }, [lastShown, rows.length, onNearEnd]);
  useEffect(() => {
    const index = rows.findIndex((row) => row.suggestion_id === currentId);
    if (index === -1) return;
    virtualizer.scrollToIndex(index, { align: "auto" });
    // The row may have to be rendered first.
    const frame = requestAnimationFrame(() =>
      listRef.current
        ?.querySelector<HTMLElement>("[data-current] a")
        ?.focus({ preventScroll: true }),
    );
    return () => cancelAnimationFrame(frame);
  }, [currentId, rows, virtualizer, listRef]);
  return (
    <ul ref={listRef} className="relative" style={{ height: virtualizer.getTotalSize() }}>
      {shown.map((place) => {
        const summary = rows[place.index];
        if (summary === undefined) return null;
        return (
          <SuggestionRow
            key={place.key}
            ref={virtualizer.measureElement}
            index={place.index}
            count={rows.length}
            top={place.start - virtualizer.options.scrollMargin}
            summary={summary}
            isCurrent={summary.suggestion_id === currentId}
            isTicked={selection.has(summary.suggestion_id)}
            onTick={selection.toggle}
          />
        );
      })}
    </ul>
  );
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
