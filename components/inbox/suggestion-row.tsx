import Link from "next/link";
import { cn } from "@/components/cn";
import { CodeText } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { LinkPending } from "@/components/common/link-pending";
import { BasisBadge, StateBadge } from "@/components/gain/badges";
import { GainBar, GainText } from "@/components/gain/gain-bar";
import { Card } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { Skeleton } from "@/components/ui/skeleton";
import { isProving, type SuggestionSummary } from "@/server/contracts";
import { describeCounts, describeUnmeasured, hasNoResult, labelRow } from "./describe-row";

/** One suggestion of the inbox. The whole row opens it. */
export function SuggestionRow(props: { summary: SuggestionSummary; isSelected: boolean }) {
  const { summary, isSelected } = props;
  return (
    <li
      data-selected={isSelected || undefined}
      className={cn(
        "relative grid gap-x-6 gap-y-2 px-4 py-3.5 hover:bg-muted/50 sm:grid-cols-[1fr_auto] sm:px-5",
        isSelected && "bg-muted/60 shadow-[inset_3px_0_0_var(--primary)]",
      )}
    >
      <div className="min-w-0">
        <Link
          href={`/suggestions/${summary.suggestion_id}`}
          className="font-medium break-words after:absolute after:inset-0"
        >
          <CodeText text={summary.title} />
          <LinkPending />
        </Link>
        <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted-foreground">
          <StateBadge state={summary.state} rollback={summary.rollback} label={labelRow(summary)} />
          {hasNoResult(summary) ? null : <BasisBadge basis={summary.basis} />}
          <span>{describeCounts(summary)}</span>
          {summary.product_id === null ? null : (
            <span className="min-w-0 break-all">on {summary.product_id}</span>
          )}
          <RelativeTime iso={summary.created_at} />
        </p>
      </div>
      <RowMeasure summary={summary} />
    </li>
  );
}

/** Test running: how far. Proved: what it gains. Estimate: how sure. Height is the same. */
function RowMeasure({ summary }: { summary: SuggestionSummary }) {
  const { progress_fraction: fraction, workload_gain: gain } = summary;
  if (isProving(summary.state)) {
    return (
      <div className="grid content-center gap-1.5 sm:w-72">
        <p className="truncate text-xs text-muted-foreground">
          <CodeText text={summary.progress_message ?? "Waiting to start"} />
        </p>
        <Progress fraction={fraction ?? 0} label={`Test run of ${summary.title}`} />
      </div>
    );
  }
  if (gain !== null) {
    return (
      <div className="flex flex-wrap items-center gap-x-3 sm:w-72 sm:justify-end">
        <span className="text-sm">
          <GainText gain={gain} />
        </span>
        <GainBar gain={gain} />
        <span className="w-full text-xs text-muted-foreground sm:text-right">
          workload time saved, 95% interval
        </span>
      </div>
    );
  }
  return (
    <p className="self-center text-xs text-muted-foreground sm:w-72 sm:text-right">
      {describeUnmeasured(summary)}
    </p>
  );
}

const ROWS = ["a", "b", "c", "d"];

/** As high as the rows that will come. */
export function RowsSkeleton() {
  return (
    <Card className="divide-y" aria-hidden>
      {ROWS.map((row) => (
        <div key={row} className="grid h-20 content-center gap-2 px-5">
          <Skeleton className="h-4 w-2/3" />
          <Skeleton className="h-4 w-1/3" />
        </div>
      ))}
    </Card>
  );
}
