import {
  CircleCheckIcon,
  CircleHelpIcon,
  EyeIcon,
  OctagonAlertIcon,
  TriangleAlertIcon,
} from "lucide-react";
import Link from "next/link";
import { CodeText } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { Alert } from "@/components/ui/alert";
import type { RegressionPolicy, Verification, WorkloadOutcome } from "@/server/contracts";
import { describeChange, formatMinutes } from "@/server/decision-card";
import { formatCount, formatMs, formatPercent, formatPlural } from "@/server/format";
import { OutcomeTable } from "./outcome-table";

const VERDICTS = {
  verifying: { tone: "info", title: "Verifying on the live workload", Icon: EyeIcon },
  confirmed: { tone: "positive", title: "Confirmed on the live workload", Icon: CircleCheckIcon },
  confirmed_with_regressions: {
    tone: "warning",
    title: "Confirmed with regressions",
    Icon: TriangleAlertIcon,
  },
  regressed: { tone: "negative", title: "Regressed on the live workload", Icon: OctagonAlertIcon },
  inconclusive: {
    tone: "warning",
    title: "Inconclusive on the live workload",
    Icon: CircleHelpIcon,
  },
} as const;

/** A revert ends the watch before its verdict: what was seen till then stays. */
const CUT_SHORT = {
  tone: "info",
  title: "Verification ended by the rollback",
  Icon: EyeIcon,
} as const;

/** What an execution is worth on the live workload: the verdict, the whole, why, and query by query. */
export function VerificationPanel(props: { verification: Verification; isWatched: boolean }) {
  const { verification, isWatched } = props;
  const { state, summary, queries, workload, kept } = verification;
  const isVerifying = state === "verifying" && isWatched;
  const isCutShort = state === "verifying" && !isWatched;
  const { tone, title, Icon } = isCutShort ? CUT_SHORT : VERDICTS[state];
  return (
    <div className="grid min-w-0 grid-cols-1 gap-3" data-verification={state}>
      <Alert tone={tone} icon={<Icon className="size-4" />} title={title}>
        {isCutShort ? null : <p>{summary}</p>}
        {isVerifying && verification.is_suspect === true ? (
          <p>A regression was measured once. It counts if the next measurement shows it too.</p>
        ) : null}
      </Alert>
      {kept === undefined ? null : (
        <Alert tone="warning" title={`Kept by ${kept.by}`}>
          <p className="break-words">
            {kept.reason} (<RelativeTime iso={kept.at} />)
          </p>
        </Alert>
      )}
      {workload === undefined ? null : <WholeWorkload workload={workload} isSoFar={isVerifying} />}
      {isVerifying ? <Window verification={verification} /> : null}
      <Staleness verification={verification} />
      <OutcomeTable outcomes={queries} isWatching={isVerifying} />
      <Reasons verification={verification} />
    </div>
  );
}

/** Actual beside expected, and what both rest on. */
function WholeWorkload({ workload, isSoFar }: { workload: WorkloadOutcome; isSoFar: boolean }) {
  const { actual, expected, calls, minutes, compared_share: share } = workload;
  const facts = [
    {
      label: isSoFar ? "Whole workload so far" : "Whole workload",
      text: actual === null ? "no query has the calls yet" : describeChange(actual),
    },
    {
      label: "Expected",
      text: expected === null ? "no gain was promised" : describeChange(expected),
    },
    { label: "Measured", text: `${formatPlural(calls, "call")} in ${formatMinutes(minutes)}` },
    { label: "Compared", text: `${formatPercent(share)} of the time before` },
  ];
  return (
    <dl className="grid gap-3 rounded-md border p-3 sm:grid-cols-2 lg:grid-cols-4" data-workload>
      {facts.map(({ label, text }) => (
        <div key={label} className="min-w-0">
          <dt className="text-xs text-muted-foreground">{label}</dt>
          <dd className="text-sm font-medium break-words">{text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Until when it is watched. */
function Window({ verification: { window } }: { verification: Verification }) {
  if (window === undefined) return null;
  return (
    <p className="text-sm text-muted-foreground">
      By how often the queries were called before, they have the calls for a verdict{" "}
      <RelativeTime iso={window.expected_end_at} />. It ends at the latest{" "}
      <RelativeTime iso={window.latest_end_at} />.
    </p>
  );
}

/** A summary table is as old as its last refresh: never called equal, always measured. */
function Staleness({ verification: { staleness = [] } }: { verification: Verification }) {
  return staleness.map(({ summary, table, groups, stale_groups: stale, measured_at }) => (
    <Alert
      key={summary}
      tone={stale === 0 ? "info" : "warning"}
      title={stale === 0 || stale === null ? `Summary table ${summary}` : `${summary} is stale`}
    >
      <p>
        {stale === null
          ? `Whether it still agrees with ${table} could not be measured. `
          : `${formatCount(stale)} of ${formatPlural(groups, "group")} differ from ${table}, measured `}
        {stale === null ? null : <RelativeTime iso={measured_at} />}
        {stale === null ? null : ". "}
        Nothing refreshes it but its product.
      </p>
    </Alert>
  ));
}

/** Why it is judged so, and the limits; whoever may can change them. */
function Reasons({ verification }: { verification: Verification }) {
  const { reasons = [], limits } = verification;
  if (reasons.length === 0 && limits === undefined) return null;
  return (
    <details>
      <summary className="w-fit text-sm font-medium text-primary">Why, and by which limits</summary>
      <ul className="mt-2 list-disc space-y-1 pl-5 text-sm break-words">
        {reasons.map((reason) => (
          <li key={reason}>
            <CodeText text={reason} />
          </li>
        ))}
        {limits === undefined ? null : <li>{describeLimits(limits)}</li>}
      </ul>
      <Link
        href="/policies?edit=regression#regression"
        className="mt-2 inline-block text-sm text-primary underline"
      >
        Change the limit
      </Link>
    </details>
  );
}

function describeLimits({ query, workload_lost_min }: RegressionPolicy): string {
  return `Limits: the whole workload loses at least ${formatPercent(workload_lost_min)}; a query is slower by at least ${formatPercent(query.lost_share_min)} and ${formatMs(query.lost_ms_min)}, in ${formatPlural(query.calls_min, "call")} or more, and takes at least ${formatPercent(query.share_min)} of the workload's time.`;
}
