"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import type { ObservedPattern } from "@/server/contracts";
import { formatCount, formatPlural } from "@/server/format";

const WRITES = new Set(["insert", "update", "delete"]);

/** What the advice below does not rest on: counted, and said, so that nothing is left out unseen. */
export function UnreadCalls({ patterns }: { patterns: ObservedPattern[] }) {
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
