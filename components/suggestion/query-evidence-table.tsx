import { CheckIcon, XIcon } from "lucide-react";
import { formatCount, formatMs, formatSpeed } from "@/components/format";
import { GainBar, GainText } from "@/components/gain/gain-bar";
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
import type { QueryEvidence } from "@/server/contracts";

/** Every replayed query: medians, gain, rows scanned, and whether the results were equal. */
export function QueryEvidenceTable({
  queries,
  label,
}: {
  queries: QueryEvidence[];
  label: string;
}) {
  return (
    <Table label={label}>
      <TableHeader>
        <TableRow>
          <TableHead>Query</TableHead>
          <TableHead className="text-right">Median before → after</TableHead>
          <TableHead>Time saved, 95% interval</TableHead>
          <TableHead className="text-right">Rows scanned</TableHead>
          <TableHead className="text-right">Pairs</TableHead>
          <TableHead>Results</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {queries.map((query) => (
          <QueryRow key={query.fingerprint} query={query} />
        ))}
      </TableBody>
    </Table>
  );
}

function QueryRow({ query }: { query: QueryEvidence }) {
  const { baseline, candidate, rows_scanned: rows } = query;
  return (
    <TableRow>
      <TableCell className="max-w-96">
        <SqlLine sql={query.sql} />
        <span className="mt-1 flex items-center gap-2 text-xs text-muted-foreground">
          {query.is_targeted ? <Badge tone="info">targeted</Badge> : null}
          {formatCount(query.calls)} calls seen
        </span>
      </TableCell>
      <TableCell className="text-right whitespace-nowrap">
        {formatMs(baseline.median_ms)} → {formatMs(candidate.median_ms)}
        <span className="block text-xs text-muted-foreground">
          {formatSpeed(baseline.median_ms, candidate.median_ms)}
        </span>
      </TableCell>
      <TableCell>
        <GainText gain={query.gain} />
        <GainBar gain={query.gain} className="mt-1" />
      </TableCell>
      <TableCell className="text-right whitespace-nowrap">
        {formatCount(rows.baseline)}
        <span className="block">→ {formatCount(rows.candidate)}</span>
      </TableCell>
      <TableCell className="text-right">{query.pairs}</TableCell>
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
