"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Empty, Facts, PageTitle } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { QueryError } from "@/components/common/query-states";
import { labelKind } from "@/components/inbox/inbox-query";
import { useTRPC } from "@/components/trpc/client";
import { Card } from "@/components/ui/card";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import {
  type ChangeKind,
  type ExecutionResult,
  REJECT_REASONS,
  type Results,
} from "@/server/contracts";
import { formatPercent, formatPlural } from "@/server/format";
import { LearnedThresholds } from "./learned";
import { PromiseChart } from "./promise-chart";
import {
  comparePromise,
  countExecutions,
  describeApprovals,
  describeCost,
  describeExecutions,
  describePromises,
  describeSaved,
  describeWatch,
  RESULT_DAYS,
  RESULT_STATES,
} from "./result-words";

const nameKinds = (kinds: readonly ChangeKind[]) => kinds.map(labelKind).join(" + ");

/** What advice has come to: gains delivered, promises kept, decisions and their reasons. */
export function ResultsView() {
  const trpc = useTRPC();
  const results = useQuery(trpc.results.read.queryOptions({ days: RESULT_DAYS }));
  return (
    <>
      <PageTitle
        title="Results"
        lead={`What came of the advice of the last ${RESULT_DAYS} days, as measured on the live workload after each execution.`}
      />
      {results.isError ? (
        <QueryError error={results.error} onRetry={() => void results.refetch()} />
      ) : null}
      {results.data === undefined ? null : <ResultsBody results={results.data} />}
    </>
  );
}

function ResultsBody({ results }: { results: Results }) {
  const { useful, not_useful: notUseful } = results.feedback;
  return (
    <div className="grid gap-5">
      <Card className="p-5">
        <Facts
          facts={[
            {
              label: "Time saved",
              value: describeSaved(results.saved_ms_per_day),
              note: "by what is in effect, at the rate of each watch",
            },
            {
              label: "Promises kept",
              value: describePromises(results.promises),
              note: "delivered at least the low end of the promised interval",
            },
            {
              label: "Approved",
              value: describeApprovals(results.decisions),
              note: "of the suggestions decided",
            },
            {
              label: "Found useful",
              value:
                useful + notUseful === 0 ? "No ratings yet" : `${useful} of ${useful + notUseful}`,
              note: "of what people rated",
            },
          ]}
        />
        <p className="mt-4 text-sm">{describeExecutions(results)}.</p>
        <p className="text-sm text-muted-foreground">{describeCost(results.cost)}</p>
      </Card>
      {results.executions.length === 0 ? (
        <Empty title="Nothing to show yet">
          <p>
            Once an approved suggestion is executed and watched, what it delivered appears here.
          </p>
        </Empty>
      ) : (
        <>
          <PromiseChart executions={results.executions} />
          <Groups results={results} />
          <Executions results={results} />
        </>
      )}
      <LearnedThresholds learned={results.learned} />
      {results.rejections.length === 0 ? null : <Rejections results={results} />}
    </div>
  );
}

function Groups({ results }: { results: Results }) {
  return (
    <section aria-label="By product and kind of change" className="grid gap-2">
      <h2 className="text-base font-semibold">By product and kind of change</h2>
      <Card className="overflow-x-auto px-4 sm:px-5">
        <Table label="Results by product and kind of change">
          <TableHeader>
            <TableRow>
              <TableHead>Change</TableHead>
              <TableHead>Product</TableHead>
              <TableHead className="text-right">Executed</TableHead>
              <TableHead className="text-right">Confirmed</TableHead>
              <TableHead className="text-right">Rolled back</TableHead>
              <TableHead className="text-right">Time saved</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {results.groups.map((group) => (
              <TableRow key={`${group.product_id} ${group.kinds.join()}`}>
                <TableCell>{nameKinds(group.kinds)}</TableCell>
                <TableCell className="break-all">{group.product_id}</TableCell>
                <TableCell className="text-right">{group.executions}</TableCell>
                <TableCell className="text-right">{group.confirmed}</TableCell>
                <TableCell className="text-right">{group.rolled_back}</TableCell>
                <TableCell className="text-right">
                  {describeSaved(group.saved_ms_per_day)}
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </Card>
    </section>
  );
}

function Executions({ results }: { results: Results }) {
  const { executions } = results;
  const hidden = countExecutions(results) - executions.length;
  return (
    <section aria-label="Executions" className="grid gap-2">
      <h2 className="text-base font-semibold">Executions</h2>
      {hidden > 0 ? (
        <p className="text-sm text-muted-foreground">
          The latest {executions.length}; {formatPlural(hidden, "earlier one")} also counted above.
        </p>
      ) : null}
      <Card>
        <ul className="divide-y">
          {executions.map((one) => (
            <li key={one.operation_id} className="grid gap-1 px-4 py-3 text-sm sm:px-5">
              <p className="flex flex-wrap items-center gap-x-2">
                <Link href={`/suggestions/${one.suggestion_id}`} className="font-medium underline">
                  {nameKinds(one.kinds)}
                </Link>
                <span className="text-muted-foreground">
                  on {one.product_id}, {RESULT_STATES[one.state]}
                </span>
                <RelativeTime iso={one.finished_at} className="text-xs text-muted-foreground" />
              </p>
              <p className="text-muted-foreground">{describeOne(one)}</p>
            </li>
          ))}
        </ul>
      </Card>
    </section>
  );
}

function describeOne(one: ExecutionResult): string {
  const { promised, delivered } = one;
  const told = [
    promised === null
      ? "nothing promised"
      : `promised ${formatPercent(promised.value)} [${formatPercent(promised.low)}, ${formatPercent(promised.high)}]`,
    delivered === null ? "delivered: not measured" : `delivered ${formatPercent(delivered)}`,
    comparePromise(one),
    describeWatch(one),
  ];
  return `${told.join(" · ")}.`;
}

function Rejections({ results }: { results: Results }) {
  return (
    <section aria-label="Reasons for rejection" className="grid gap-2">
      <h2 className="text-base font-semibold">Why suggestions were rejected</h2>
      <Card>
        <ul className="divide-y text-sm">
          {results.rejections.map(({ reason_code, count, words }) => (
            <li key={reason_code} className="grid gap-1 px-4 py-2 sm:px-5">
              <p className="flex justify-between gap-4">
                <span>{REJECT_REASONS[reason_code]}</span>
                <span className="text-muted-foreground">{count}</span>
              </p>
              {words.map(({ reason, count: times }) => (
                <p key={reason} className="break-words text-muted-foreground">
                  {times > 1 ? `${reason} (${times} times)` : reason}
                </p>
              ))}
            </li>
          ))}
        </ul>
      </Card>
    </section>
  );
}
