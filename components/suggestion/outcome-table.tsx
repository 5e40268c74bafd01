import { GainCell } from "@/components/gain/gain-bar";
import { SqlLine } from "@/components/sql/sql-line";
import { Badge, type Tone } from "@/components/ui/badge";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import type { QueryOutcome } from "@/server/contracts";
import { formatMinutes } from "@/server/decision-card";
import { formatCount, formatMs, formatPercent, formatPlural, formatSpeed } from "@/server/format";

const STATUSES: Record<QueryOutcome["status"], { label: string; tone: Tone }> = {
  faster: { label: "faster", tone: "positive" },
  same: { label: "same", tone: "neutral" },
  slower: { label: "slower", tone: "negative" },
  slower_as_accepted: { label: "slower, as accepted", tone: "warning" },
  too_few_calls: { label: "few calls", tone: "neutral" },
};

interface OutcomeTableProps {
  outcomes: QueryOutcome[];
  /** More calls are still waited for. */
  isWatching: boolean;
}

/** Actual against expected, query by query, on the live product. */
export function OutcomeTable({ outcomes, isWatching }: OutcomeTableProps) {
  const sorted = [...outcomes].sort((a, b) => Number(b.is_targeted) - Number(a.is_targeted));
  return (
    <Table label="Actual against expected">
      <TableHeader>
        <TableRow>
          <TableHead>Query on the live product</TableHead>
          <TableHead className="text-right">Median before → after</TableHead>
          <TableHead>Actual time saved</TableHead>
          <TableHead>Expected from the test run</TableHead>
          <TableHead>Outcome</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {sorted.map((outcome) => (
          <OutcomeRow key={outcome.fingerprint} outcome={outcome} isWatching={isWatching} />
        ))}
      </TableBody>
    </Table>
  );
}

function OutcomeRow({ outcome, isWatching }: { outcome: QueryOutcome; isWatching: boolean }) {
  const { before, after, actual_gain: actual } = outcome;
  const status = STATUSES[outcome.status];
  const hasAfter = after.calls > 0;
  const missing = isWatching ? "waiting for calls" : "too few calls";
  return (
    <TableRow>
      <TableCell className="max-w-96">
        <SqlLine sql={outcome.sql} />
        <span className="mt-1 flex items-center gap-2 text-xs text-muted-foreground">
          {outcome.is_targeted ? <Badge tone="info">targeted</Badge> : null}
          {formatPlural(before.calls, "call")} before, {formatCount(after.calls)} after
          {outcome.share === undefined ? null : `, ${formatPercent(outcome.share)} of the time`}
        </span>
        {isWatching && outcome.window_seconds !== undefined ? (
          <span className="block text-xs text-muted-foreground">
            {describeWindow(outcome.window_seconds)}
          </span>
        ) : null}
      </TableCell>
      <TableCell className="text-right whitespace-nowrap">
        {formatMs(before.median_ms)} → {hasAfter ? formatMs(after.median_ms) : "…"}
        <span className="block text-xs text-muted-foreground">
          {actual === null ? missing : formatSpeed(actual, before.median_ms, after.median_ms)}
        </span>
      </TableCell>
      <OutcomeGain gain={actual} missing={missing} />
      <OutcomeGain gain={outcome.expected_gain} missing="not replayed" />
      <TableCell>
        <Badge tone={status.tone}>
          {outcome.is_regression === true ? "regressed" : status.label}
        </Badge>
      </TableCell>
    </TableRow>
  );
}

/** How long its calls for a decision take. */
function describeWindow(seconds: number | null): string {
  return seconds === null
    ? "called too seldom for the longest window"
    : `window: ${formatMinutes(seconds / 60)}`;
}

function OutcomeGain(props: { gain: QueryOutcome["actual_gain"]; missing: string }) {
  if (props.gain !== null) return <GainCell gain={props.gain} />;
  return <TableCell className="text-muted-foreground">{props.missing}</TableCell>;
}
