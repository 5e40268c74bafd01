import { CheckIcon, XIcon } from "lucide-react";
import { OutcomeBadge } from "@/components/gain/badges";
import { GainCell } from "@/components/gain/gain-bar";
import { SqlLine } from "@/components/sql/sql-line";
import { Badge } from "@/components/ui/badge";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import { comparedTimes, type QueryEvidence } from "@/server/contracts";
import { outcomeOfQuery } from "@/server/decision-card";
import { formatBytes, formatCount, formatMs, formatPlural } from "@/server/format";

/** Every replayed query: its times by the one estimator of its pairs, outcome, gain, rows scanned, cold runs, and whether the results were equal. */
export function QueryEvidenceTable({
  queries,
  label,
}: {
  queries: QueryEvidence[];
  label: string;
}) {
  const hasCold = queries.some((query) => query.cold != null);
  return (
    <Table label={label}>
      <TableHeader>
        <TableRow>
          <TableHead>Query</TableHead>
          <TableHead className="text-right">Before → after</TableHead>
          <TableHead>Time saved, 95% interval</TableHead>
          <TableHead className="text-right">Rows scanned</TableHead>
          {hasCold ? (
            <TableHead className="text-right">First, cold run; bytes read</TableHead>
          ) : null}
          <TableHead>Results</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {queries.map((query) => (
          <QueryRow key={query.fingerprint} query={query} hasCold={hasCold} />
        ))}
      </TableBody>
    </Table>
  );
}

function QueryRow({ query, hasCold }: { query: QueryEvidence; hasCold: boolean }) {
  const { rows_scanned: rows } = query;
  const { before_ms, after_ms } = comparedTimes(query);
  return (
    <TableRow>
      <TableCell className="max-w-96">
        <SqlLine sql={query.sql} />
        {query.rewritten_sql === undefined ? null : (
          <span className="mt-1 grid gap-1 border-l-2 border-positive pl-2">
            <span className="text-xs font-medium text-positive">after: rewritten as</span>
            <SqlLine sql={query.rewritten_sql} />
          </span>
        )}
        <span className="mt-1 flex items-center gap-2 text-xs text-muted-foreground">
          {query.is_targeted ? <Badge tone="info">targeted</Badge> : null}
          {formatPlural(query.calls, "call")}
        </span>
      </TableCell>
      <TableCell className="text-right whitespace-nowrap">
        {formatMs(before_ms)} → {formatMs(after_ms)}
        <span className="block">
          <OutcomeBadge outcome={outcomeOfQuery(query)} />
        </span>
        <span className="block text-xs text-muted-foreground">
          {formatPlural(query.pairs, "pair")}
        </span>
      </TableCell>
      <GainCell gain={query.gain} />
      <TableCell className="text-right whitespace-nowrap">
        {formatCount(rows.baseline)}
        <span className="block">→ {formatCount(rows.candidate)}</span>
      </TableCell>
      {hasCold ? <ColdCell cold={query.cold ?? null} /> : null}
      <TableCell>
        {query.results_equal ? (
          <span className="inline-flex items-center gap-1 text-positive">
            <CheckIcon className="size-4" aria-hidden /> equal
          </span>
        ) : (
          <span className="inline-flex items-center gap-1 text-negative">
            <XIcon className="size-4" aria-hidden /> differ
          </span>
        )}
      </TableCell>
    </TableRow>
  );
}

/** A freshly opened database: DuckDB's buffers empty, the system's cache warm. */
function ColdCell({ cold }: { cold: NonNullable<QueryEvidence["cold"]> | null }) {
  if (cold === null) return <TableCell className="text-right">–</TableCell>;
  return (
    <TableCell className="text-right whitespace-nowrap">
      {formatMs(cold.baseline_ms)} → {formatMs(cold.candidate_ms)}
      <span className="block text-xs text-muted-foreground">
        {formatBytes(cold.baseline_bytes)} → {formatBytes(cold.candidate_bytes)}
      </span>
    </TableCell>
  );
}
