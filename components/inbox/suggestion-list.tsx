"use client";
import { useRouter } from "next/navigation";
import { useEffect, useMemo, useRef, useState } from "react";
import { Empty } from "@/components/common/blocks";
import { LoadMore, QueryError } from "@/components/common/query-states";
import { useHotkeys } from "@/components/shell/hotkeys";
import { useCan } from "@/components/shell/session";
import { Card } from "@/components/ui/card";
import type { SuggestionSummary } from "@/server/contracts";
import { emptyText } from "./empty-text";
import { RowsSkeleton, SuggestionRow } from "./suggestion-row";
import { type InboxTab, PROVING_TAB } from "./tabs";
import { useSuggestionPages } from "./use-inbox";

export function SuggestionList({ tab }: { tab: InboxTab }) {
  const query = useSuggestionPages(tab);
  const canAnalyze = useCan("suggestion.analyze");
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { selected, listRef } = useRowKeys(rows);
  if (query.isPending) return <RowsSkeleton />;
  if (query.isError && rows.length === 0) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (rows.length === 0) return <InboxEmpty tab={tab} canAnalyze={canAnalyze} />;
  return (
    <>
      <Card className="overflow-hidden">
        <ul ref={listRef} className="divide-y">
          {rows.map((summary) => (
            <SuggestionRow
              key={summary.suggestion_id}
              summary={summary}
              isSelected={summary.suggestion_id === selected}
            />
          ))}
        </ul>
      </Card>
      <LoadMore query={query} />
    </>
  );
}

/** j and k move, Enter opens. The selection is an id: it stays on its row when rows come in. */
function useRowKeys(rows: readonly SuggestionSummary[]) {
  const router = useRouter();
  const [selected, setSelected] = useState<string | null>(null);
  const listRef = useRef<HTMLUListElement>(null);
  const hotkeys = useMemo(() => {
    const move = (step: number) =>
      setSelected((current) => {
        const index = rows.findIndex((row) => row.suggestion_id === current);
        const next = index === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, index + step));
        return rows[next]?.suggestion_id ?? null;
      });
    return [
      { key: "j", label: "Next suggestion", run: () => move(1) },
      { key: "k", label: "Previous suggestion", run: () => move(-1) },
      {
        key: "Enter",
        label: "Open the selected suggestion",
        run: () => {
          if (selected !== null) router.push(`/suggestions/${selected}`);
        },
      },
    ];
  }, [rows, selected, router]);
  useHotkeys(hotkeys);
  useEffect(() => {
    if (selected === null) return;
    listRef.current?.querySelector("[data-selected]")?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return { selected, listRef };
}

function InboxEmpty({ tab, canAnalyze }: { tab: InboxTab; canAnalyze: boolean }) {
  const { data } = useSuggestionPages(PROVING_TAB);
  const text = emptyText(tab.name, data?.pages[0]?.items.length ?? 0);
  if (text === undefined) return null;
  return (
    <Empty title={text.title}>
      <p>{text.text}</p>
      {canAnalyze ? null : <p className="mt-2">Your role cannot start an analysis.</p>}
    </Empty>
  );
}
