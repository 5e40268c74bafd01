"use client";
import { flattenSql } from "@/components/sql/sql-line";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import { comparedTimes, type QueryEvidence } from "@/server/contracts";
import { formatMs, formatPlural, formatSpeed } from "@/server/format";
import { LatencyStrip } from "./latency-strip";
import { summarizeSamples } from "./quantiles";

const CHART_HEIGHT = "h-44";

/** Both latency distributions of one query: every replay a dot, and the same as a table. */
export function LatencyChart({ query }: { query: QueryEvidence }) {
  const { baseline, candidate } = query;
  const { before_ms, after_ms } = comparedTimes(query);
  const speed = formatSpeed(query.gain, before_ms, after_ms);
  return (
    <figure className="grid min-w-0 grid-cols-1 gap-2">
      <figcaption className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted-foreground">
        <code className="w-full truncate font-mono text-foreground">{flattenSql(query.sql)}</code>
        <span>
          <Dot className="bg-chart-before" /> before, {formatMs(before_ms)}
        </span>
        <span>
          <Dot className="bg-chart-after" /> after, {formatMs(after_ms)}
        </span>
        <span className="font-medium text-foreground">{speed}</span>
        <span>log scale, {formatPlural(query.pairs, "interleaved pair")}</span>
      </figcaption>
      <div
        role="img"
        aria-label={`Latencies before and after: ${formatMs(before_ms)} and ${formatMs(after_ms)}, ${speed}`}
        className={CHART_HEIGHT}
      >
        <LatencyStrip before={baseline.samples_ms} after={candidate.samples_ms} />
      </div>
      <details className="text-sm">
        <summary className="w-fit text-xs font-medium text-primary">Show as a table</summary>
        <p className="mt-1 text-xs text-muted-foreground">
          Each side by itself. The comparison above is of pairs: what slows the machine down slows
          both runs of a pair, while two medians may drift apart by it.
        </p>
        <QuantileTable query={query} />
      </details>
    </figure>
  );
}

function Dot({ className }: { className: string }) {
  return <span aria-hidden className={`mr-1 inline-block size-2 rounded-full ${className}`} />;
}

const COLUMNS = [
  { key: "min", label: "Fastest" },
  { key: "p25", label: "25%" },
  { key: "median", label: "Median" },
  { key: "p75", label: "75%" },
  { key: "p95", label: "95%" },
  { key: "max", label: "Slowest" },
] as const;

function QuantileTable({ query }: { query: QueryEvidence }) {
  const sides = [
    { label: "Before", summary: summarizeSamples(query.baseline.samples_ms) },
    { label: "After", summary: summarizeSamples(query.candidate.samples_ms) },
  ];
  return (
    <Table label="Latencies as a table" className="mt-1">
      <TableHeader>
        <TableRow>
          <TableHead>Side</TableHead>
          {COLUMNS.map(({ key, label }) => (
            <TableHead key={key} className="text-right">
              {label}
            </TableHead>
          ))}
        </TableRow>
      </TableHeader>
      <TableBody>
        {sides.map(({ label, summary }) => (
          <TableRow key={label}>
            <TableCell>{label}</TableCell>
            {COLUMNS.map(({ key }) => (
              <TableCell key={key} className="text-right whitespace-nowrap">
                {summary === null ? "–" : formatMs(summary[key])}
              </TableCell>
            ))}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
