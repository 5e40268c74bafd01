import Link from "next/link";
import { cn } from "@/components/cn";
import { CodeText } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { LinkPending } from "@/components/common/link-pending";
import { BasisBadge, StateBadge } from "@/components/gain/badges";
import { GainBar, GainText } from "@/components/gain/gain-bar";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Checkbox } from "@/components/ui/checkbox";
import { Progress } from "@/components/ui/progress";
import { Skeleton } from "@/components/ui/skeleton";
import { isProving, type SuggestionSummary, type Triage } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { describeCounts, describeUnmeasured, hasNoResult, labelRow } from "./describe-row";
import { RISK_LABELS } from "./inbox-query";

interface SuggestionRowProps {
  summary: SuggestionSummary;
  isCurrent: boolean;
  isTicked: boolean;
  onTick: (id: string) => void;
  /** Its place in a list of `count`, and how far below the list's top. */
  index: number;
  count: number;
  top: number;
  ref: (row: HTMLLIElement | null) => void;
}

/** One suggestion of the inbox. The whole row opens it. */
export function SuggestionRow({ summary, isCurrent, isTicked, ...props }: SuggestionRowProps) {
  const isUnread = summary.triage?.is_unread === true;
  return (
    <li
      ref={props.ref}
      data-index={props.index}
      data-id={summary.suggestion_id}
      data-current={isCurrent || undefined}
      aria-setsize={props.count}
      aria-posinset={props.index + 1}
      style={{ transform: `translateY(${props.top}px)` }}
      className={cn(
        "absolute top-0 left-0 flex w-full gap-3 border-b px-4 py-3.5 hover:bg-muted/50 sm:px-5",
        (isCurrent || isTicked) && "bg-muted/60",
        isCurrent && "shadow-[inset_3px_0_0_var(--primary)]",
      )}
    >
      <Checkbox
        className="relative z-10 mt-0.5"
        aria-label={`Select ${summary.title}`}
        checked={isTicked}
        onCheckedChange={() => props.onTick(summary.suggestion_id)}
      />
      <div className="grid min-w-0 flex-1 gap-x-6 gap-y-2 sm:grid-cols-[1fr_auto]">
        <div className="min-w-0">
          <Link
            href={`/suggestions/${summary.suggestion_id}`}
            className={cn(
              "break-words after:absolute after:inset-0",
              isUnread ? "font-semibold" : "font-medium",
            )}
          >
            {isUnread ? <span className="sr-only">Unread: </span> : null}
            <CodeText text={summary.title} />
            <LinkPending />
          </Link>
          <RowFacts summary={summary} />
        </div>
        <RowMeasure summary={summary} />
      </div>
    </li>
  );
}

/** State, basis, risk, and who has to do with it. */
export function RowFacts({ summary }: { summary: SuggestionSummary }) {
  const { triage, risk_level: risk } = summary;
  return (
    <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted-foreground">
      <StateBadge
        state={summary.state}
        rollback={summary.rollback}
        outcome={summary.outcome}
        label={labelRow(summary)}
      />
      {hasNoResult(summary) ? null : <BasisBadge basis={summary.basis} />}
      {risk === "high" ? <Badge tone="warning">{RISK_LABELS[risk]}</Badge> : null}
      <span>{describeCounts(summary)}</span>
      {summary.product_id === null ? null : (
        <span className="min-w-0 break-all">on {summary.product_id}</span>
      )}
      <RelativeTime iso={summary.created_at} />
      {triage === null ? null : <RowTriage triage={triage} />}
    </p>
  );
}

function RowTriage({ triage }: { triage: Triage }) {
  const { assignee, claim, comment_count: comments, snoozed_until: until } = triage;
  return (
    <>
      {claim === null ? null : (
        <span className="font-medium text-foreground">{claim.by.label} is working on it</span>
      )}
      {assignee === null ? null : <span>assigned to {assignee.label}</span>}
      {comments === 0 ? null : <span>{formatPlural(comments, "comment")}</span>}
      {until === null ? null : (
        <span>
          snoozed, back <RelativeTime iso={until} isDeadline />
        </span>
      )}
    </>
  );
}

/** Test running: how far. Proved: what it gains. Estimate: how sure. Height is the same. */
export function RowMeasure({ summary }: { summary: SuggestionSummary }) {
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
