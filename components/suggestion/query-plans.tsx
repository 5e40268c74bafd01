import { cn } from "@/components/cn";
import { SqlLine } from "@/components/sql/sql-line";
import type { PlanOperator, QueryEvidence } from "@/server/contracts";
import { formatCount, formatPlural } from "@/server/format";
import { Part } from "./frame";
import { markChanges } from "./plan-changes";

/** How DuckDB answers each targeted query before and after the changes, operator by operator. */
export function QueryPlans({ queries }: { queries: QueryEvidence[] }) {
  const planned = queries.flatMap(({ plans, ...query }) =>
    plans === undefined ? [] : [{ ...query, plans }],
  );
  if (planned.length === 0) return null;
  return (
    <Part title="Query plans before and after">
      <p className="text-sm text-muted-foreground">
        As DuckDB's profiler counted them in one run of each on the shadow copy. What differs is
        marked.
      </p>
      {planned.map(({ fingerprint, sql, plans }) => (
        <details key={fingerprint} className="min-w-0 rounded-md border">
          <summary className="flex min-w-0 flex-wrap items-center gap-x-3 px-3 py-2 text-sm">
            <span className="min-w-0 basis-full sm:flex-1 sm:basis-0">
              <SqlLine sql={sql} />
            </span>
            <span className="text-xs whitespace-nowrap text-muted-foreground">
              rows read: {formatCount(rowsRead(plans.baseline))} →{" "}
              {formatCount(rowsRead(plans.candidate))}
            </span>
          </summary>
          <PlanPair before={plans.baseline} after={plans.candidate} />
        </details>
      ))}
    </Part>
  );
}

function PlanPair({ before, after }: { before: PlanOperator[]; after: PlanOperator[] }) {
  const marked = markChanges(before, after);
  return (
    <div className="grid gap-4 border-t p-3 lg:grid-cols-2">
      <Plan title="Before" operators={before} changed={marked.before} />
      <Plan title="After" operators={after} changed={marked.after} />
    </div>
  );
}

function Plan(props: { title: string; operators: PlanOperator[]; changed: ReadonlySet<number> }) {
  const { title, operators, changed } = props;
  return (
    <div className="min-w-0">
      <h5 className="mb-1 text-xs font-semibold">{title}</h5>
      {operators.length === 0 ? (
        <p className="text-sm">Answered from statistics: no operator reads a row.</p>
      ) : (
        <ol className="grid gap-1">
          {operators.map((operator, place) => (
            <Operator
              // biome-ignore lint/suspicious/noArrayIndexKey: a plan's operators never move.
              key={place}
              operator={operator}
              isChanged={changed.has(place)}
            />
          ))}
        </ol>
      )}
    </div>
  );
}

/** Deeper operators feed those above them; a phone has no room for more than a few steps. */
const STEP_REM = 0.75;
const STEPS_MAX = 8;

function Operator({ operator, isChanged }: { operator: PlanOperator; isChanged: boolean }) {
  const { depth, name, detail, rows, rows_scanned } = operator;
  return (
    <li
      style={{ marginLeft: `${Math.min(depth, STEPS_MAX) * STEP_REM}rem` }}
      className={cn("border-l-2 pl-2 text-sm", isChanged ? "border-primary" : "border-border")}
    >
      <span className="flex flex-wrap justify-between gap-x-3">
        <span className="font-medium">
          {name}
          {isChanged ? <span className="ml-2 text-xs text-primary">differs</span> : null}
        </span>
        <span className="text-xs text-muted-foreground">
          {rows_scanned === undefined ? "" : `${formatCount(rows_scanned)} read → `}
          {formatPlural(rows, "row")}
        </span>
      </span>
      {detail === "" ? null : (
        <code className="block text-xs wrap-anywhere text-muted-foreground">{detail}</code>
      )}
    </li>
  );
}

const rowsRead = (operators: readonly PlanOperator[]): number =>
  operators.reduce((sum, { rows_scanned = 0 }) => sum + rows_scanned, 0);
