import type { ObservedPattern } from "@/server/contracts";
import { formatPlural } from "@/server/format";

type Observed = Pick<ObservedPattern, "pattern" | "recent">;

/** Time a shape took in its latest 15 minutes, ms: calls and latency of the same window. */
export function recentMs({ pattern, recent }: Observed): number {
  return (recent?.calls ?? 0) * pattern.mean_ms;
}

/** A product tells median and p95 of the latest calls of a window, at most so many. */
const LATENCIES_MAX = 500;

/** What median and p95 are of: calls of the latest 15 minutes, or those before it fell silent. */
export function describeSample({ recent }: Observed): string {
  const calls = recent?.calls ?? 0;
  if (calls === 0) return "when last called";
  return calls > LATENCIES_MAX
    ? `of the last ${LATENCIES_MAX} calls`
    : `of ${formatPlural(calls, "call")}`;
}
