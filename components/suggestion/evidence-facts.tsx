import { type Fact, Facts } from "@/components/common/blocks";
import { type Interval, isWhole, type MeasuredEvidence } from "@/server/contracts";
import {
  formatBounds,
  formatBytes,
  formatCount,
  formatMs,
  formatPercent,
  formatPlural,
  formatRatio,
  formatSignedPercent,
} from "@/server/format";

/** What a change gains and what it costs, in numbers that were measured. */
export function EvidenceFacts({ evidence }: { evidence: MeasuredEvidence }) {
  return <Facts facts={[workloadFact(evidence), ...costFacts(evidence)]} />;
}

function workloadFact({ workload }: MeasuredEvidence): Fact {
  const { gain } = workload;
  const interval = `95% interval ${formatBounds(gain)}`;
  const { coverage = 1 } = workload;
  return isWhole(coverage)
    ? {
        label: "Time saved, whole workload",
        value: formatPercent(gain.value),
        note: interval,
      }
    : {
        label: "Time saved, replayed workload",
        value: formatPercent(gain.value),
        note: `${interval}, of the ${formatPercent(coverage)} of the workload's time that was replayed`,
      };
}

function costFacts({ storage, build_ms, insert_cost: insert }: MeasuredEvidence): Fact[] {
  return [
    {
      label: "Storage",
      value: formatSignedPercent(storage.overhead),
      note: `${formatBytes(storage.baseline_bytes)} → ${formatBytes(storage.candidate_bytes)}`,
    },
    { label: "Build time", value: formatMs(build_ms), note: "on the shadow copy" },
    insert === null
      ? { label: "Insert time", value: "Not measured" }
      : {
          label: "Insert time",
          value: isUnclear(insert.gain) ? "No clear difference" : formatRatio(insert.ratio),
          note: `${formatPlural(insert.rows, "row")}: ${formatMs(insert.baseline_ms)} → ${formatMs(insert.candidate_ms)}`,
        },
  ];
}

/** Paired differences that span zero: two medians differ by chance, in either direction. */
const isUnclear = (gain: Interval | undefined): boolean =>
  gain !== undefined && gain.low <= 0 && gain.high >= 0;

/** How the numbers came about: enough to doubt them, or to measure again. */
export function EvidenceMethod({ evidence }: { evidence: MeasuredEvidence }) {
  const { sample, workload } = evidence;
  const listed = workload.not_replayed.length;
  const more = (workload.not_replayed_count ?? listed) - listed;
  return (
    <div className="grid gap-1 text-xs text-muted-foreground">
      <p>{sample.map(describeSample).join(" ")}</p>
      <p>
        {formatPlural(evidence.queries.length, "query", "queries")} replayed in interleaved pairs
        with DuckDB {evidence.duckdb_version} on {formatPlural(evidence.threads, "thread")} in{" "}
        {formatMs(evidence.duration_ms)}
        {", "}
        seed {evidence.seed}; intervals are 95% bootstrap.
      </p>
      <ColdMethod evidence={evidence} />
      {workload.not_replayed.map((query) => (
        <p key={query.fingerprint} className="break-words">
          Not replayed: <code className="font-mono">{query.sql.slice(0, 120)}</code> ({query.why})
        </p>
      ))}
      {more <= 0 ? null : (
        <p>{formatPlural(more, "further query was", "further queries were")} not replayed.</p>
      )}
    </div>
  );
}

function ColdMethod({ evidence }: { evidence: MeasuredEvidence }) {
  const runs = Math.max(0, ...evidence.queries.map((query) => query.cold?.runs ?? 0));
  if (runs === 0) return null;
  return (
    <p>
      Cold: the first run in a freshly opened database (DuckDB's buffers empty, the system's cache
      warm), {formatPlural(runs, "run")} a side; bytes as the profiler counts them.
    </p>
  );
}

function describeSample(part: MeasuredEvidence["sample"][number]): string {
  if (part.method === "all") {
    const all = part.rows === 1 ? "the only row" : `all ${formatCount(part.rows)} rows`;
    return `Measured on ${all} of ${part.table}.`;
  }
  const share = formatPercent(part.rows / Math.max(1, part.rows_total));
  return `Measured on a random sample of ${formatCount(part.rows)} of ${formatPlural(part.rows_total, "row")} of ${part.table} (${share}).`;
}
