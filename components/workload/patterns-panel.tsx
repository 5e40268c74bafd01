"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Empty } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { QueryError } from "@/components/common/query-states";
import { flattenSql } from "@/components/sql/sql-line";
import { useTRPC } from "@/components/trpc/client";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { Skeleton } from "@/components/ui/skeleton";
import type { ObservedPattern } from "@/server/contracts";
import { formatCount, formatMs, formatPercent, formatPlural } from "@/server/format";
import { DriftBadge, type DriftChoice, DriftFilter, DriftLegend } from "./drift";
import { describeSample, recentMs } from "./recent-time";

// With the formatter of SQL: loaded when a query is opened.
const SqlBlock = dynamic(() => import("@/components/sql/sql-block").then((m) => m.SqlBlock), {
  loading: () => <Skeleton className="h-24" />,
});

export function PatternsPanel() {
  const trpc = useTRPC();
  const query = useQuery(trpc.product.patterns.queryOptions());
  if (query.isPending) return <Skeleton className="h-96 rounded-lg" />;
  if (query.isError && query.data === undefined) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  const patterns = [...(query.data ?? [])].sort((a, b) => recentMs(b) - recentMs(a));
  if (patterns.length === 0) {
    return (
      <Empty title="No queries observed yet">
        The workload is read every few seconds. Queries appear here automatically.
      </Empty>
    );
  }
  return <PatternList patterns={patterns} />;
}

function PatternList({ patterns }: { patterns: ObservedPattern[] }) {
  const [drift, setDrift] = useState<DriftChoice>("all");
  const sum = patterns.reduce((total, pattern) => total + recentMs(pattern), 0);
  const shown = patterns.filter((pattern) => drift === "all" || pattern.drift === drift);
  return (
    <div className="grid gap-3">
      <DriftFilter patterns={patterns} chosen={drift} onChoose={setDrift} />
      <DriftLegend />
      <Card>
        <ul className="divide-y">
          {shown.map((pattern) => (
            <PatternRow
              key={pattern.pattern_id}
              observed={pattern}
              share={sum === 0 ? 0 : recentMs(pattern) / sum}
            />
          ))}
        </ul>
      </Card>
      <UnreadCalls patterns={patterns} />
    </div>
  );
}

function PatternRow({ observed, share }: { observed: ObservedPattern; share: number }) {
  const { pattern } = observed;
  return (
    <li>
      <details className="group">
        <summary className="grid list-none gap-x-6 gap-y-2 px-4 py-3 hover:bg-muted/50 sm:px-5 lg:grid-cols-[minmax(0,1fr)_26rem]">
          <span className="grid min-w-0 content-start gap-1.5">
            <code className="line-clamp-2 font-mono text-xs break-words group-open:hidden">
              {flattenSql(pattern.sql)}
            </code>
            <span className="flex flex-wrap items-center gap-2 text-xs text-muted-foreground">
              <Badge>{pattern.kind}</Badge>
              <DriftBadge drift={observed.drift} />
              {pattern.is_parsed ? (
                <Badge tone="positive">analyzed</Badge>
              ) : (
                <Badge tone="warning" title="Counted, but its shape is not analyzed">
                  counted only
                </Badge>
              )}
              <span>
                last seen <RelativeTime iso={pattern.last_seen} />
              </span>
            </span>
          </span>
          <PatternNumbers observed={observed} share={share} />
        </summary>
        <div className="px-4 pb-4 sm:px-5">
          <SqlBlock sql={pattern.sql} label="Query shape" />
        </div>
      </details>
    </li>
  );
}

function PatternNumbers({ observed, share }: { observed: ObservedPattern; share: number }) {
  const { calls, median_ms, p95_ms } = observed.pattern;
  const sample = describeSample(observed);
  const numbers = [
    { label: "calls in total", value: formatCount(calls) },
    { label: `median ${sample}`, value: formatMs(median_ms) },
    { label: `p95 ${sample}`, value: formatMs(p95_ms) },
    { label: "of time, last 15 min", value: formatPercent(share) },
  ];
  return (
    <span className="grid content-start gap-2">
      <span className="grid grid-cols-4 gap-2 text-sm">
        {numbers.map(({ label, value }) => (
          <span key={label} className="lg:text-right">
            <span className="block font-medium whitespace-nowrap">{value}</span>
            <span className="block text-xs text-muted-foreground">{label}</span>
          </span>
        ))}
      </span>
      <Progress fraction={share} label="Share of query time, last 15 minutes" className="h-1" />
    </span>
  );
}

const WRITES = new Set(["insert", "update", "delete"]);

/** What the advice below does not rest on: counted, and said, so that nothing is left out unseen. */
function UnreadCalls({ patterns }: { patterns: ObservedPattern[] }) {
  const trpc = useTRPC();
  const { data: product } = useQuery(trpc.product.overview.queryOptions());
  const unread = patterns.filter(({ pattern }) => !pattern.is_parsed);
  const writes = unread.filter(({ pattern }) => WRITES.has(pattern.kind));
  const others = unread.filter(({ pattern }) => !WRITES.has(pattern.kind));
  const dropped = product?.dropped_calls ?? 0;
  return (
    <p className="text-sm text-muted-foreground">
      Queries DuckDB could not parse: {describeCalls(others)}. Writes (counted, not analyzed):{" "}
      {describeCalls(writes)}. Calls dropped by the product: {formatCount(dropped)}.
    </p>
  );
}

function describeCalls(patterns: ObservedPattern[]): string {
  if (patterns.length === 0) return "none";
  const calls = patterns.reduce((sum, { pattern }) => sum + pattern.calls, 0);
  return `${formatCount(patterns.length)} (${formatPlural(calls, "call")})`;
}
