"use client";
import dynamic from "next/dynamic";
import { type ComponentType, useEffect, useMemo, useRef, useState } from "react";
import { Empty } from "@/components/common/blocks";
import { LoadMore, QueryError } from "@/components/common/query-states";
import { useCan } from "@/components/shell/session";
import { Card } from "@/components/ui/card";
import { emptyText } from "./empty-text";
import { countFilters, type InboxQuery } from "./inbox-query";
import { FIRST_ROWS, ROW_HEIGHT_PX, RowList, type RowsProps } from "./row-list";
import { RowsSkeleton } from "./suggestion-row";
import { PROVING_TAB } from "./tabs";
import { useSuggestionPages } from "./use-inbox";
import { useRowKeys } from "./use-row-keys";
import { useSelection } from "./use-selection";

// Loads with the first row that is ticked.
const BulkBar = dynamic(() => import("./bulk-bar").then((module) => module.BulkBar));

export function SuggestionList({ query }: { query: InboxQuery }) {
  const pages = useSuggestionPages(query);
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);
  const selection = useSelection(rows);
  const listRef = useRef<HTMLUListElement>(null);
  const current = useRowKeys(rows, selection);
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
          onFocus={current.onFocus}
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

/** Kept from then on: the next list has it at once. */
let virtualRows: ComponentType<RowsProps> | null = null;

/** Only the rows in view are in the document. What keeps it so loads after the first rows are shown. */
function Rows(props: RowsProps) {
  const [Loaded, setLoaded] = useState(() => virtualRows);
  useEffect(() => {
    void import("./virtual-rows").then((module) => {
      virtualRows = module.VirtualRows;
      setLoaded(() => module.VirtualRows);
    });
  }, []);
  if (Loaded !== null) return <Loaded {...props} />;
  const places = props.rows
    .slice(0, FIRST_ROWS)
    .map((_, index) => ({ index, top: index * ROW_HEIGHT_PX }));
  return <RowList {...props} places={places} height={props.rows.length * ROW_HEIGHT_PX} />;
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
