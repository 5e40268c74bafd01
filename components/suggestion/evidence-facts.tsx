import { type Fact, Facts } from "@/components/common/blocks";
import {
  comparedInsert,
  type InsertCost,
  isWhole,
  type MeasuredEvidence,
  outcomeOf,
} from "@/server/contracts";
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
    { label: "Insert time", ...insertFact(insert) },
  ];
}

function insertFact(insert: InsertCost | null): Omit<Fact, "label"> {
  if (insert === null) return { value: describeInsert(insert) };
  const { before_ms, after_ms } = comparedInsert(insert);
  const rows = formatPlural(insert.rows, "row");
  return isUnclear(insert)
    ? { value: describeInsert(insert), note: `${rows}: ${formatMs(before_ms)} without the change` }
    : {
        value: describeInsert(insert),
        note: `${rows}: ${formatMs(before_ms)} → ${formatMs(after_ms)}`,
      };
}

/** What an insert takes longer, by the one estimator of its pairs; no figure where they show none. */
export function describeInsert(insert: InsertCost | null): string {
  if (insert === null) return "Not measured";
  const { before_ms, after_ms } = comparedInsert(insert);
  return isUnclear(insert)
    ? "No clear difference"
    : formatRatio(after_ms / Math.max(before_ms, Number.MIN_VALUE));
}

/** Paired differences that span zero. */
const isUnclear = ({ gain }: InsertCost): boolean =>
  gain !== undefined && outcomeOf(gain) === "inconclusive";

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
