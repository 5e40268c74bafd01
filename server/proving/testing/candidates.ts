import { compilePlan, type WorkloadQuery } from "@/server/advisor";
import { candidateOf } from "@/server/advisor/testing/candidate";
import type { Candidate, Change, Plan } from "@/server/contracts";
import type { FilterOperator, QueryShape } from "@/server/workload/shape";
import { projectsSchema } from "./product";

/** A query of the workload with the features the parser would find. */
export function query(
  fingerprint: string,
  sql: string,
  filters: [column: string, operator: FilterOperator, ...parameters: number[]][],
  options: { calls?: number; isParsed?: boolean; kind?: QueryShape["kind"] } = {},
): WorkloadQuery {
  const now = new Date(0).toISOString();
  const { calls = 100, isParsed = true, kind = "select" } = options;
  const times = { mean_ms: 5, median_ms: 5, p95_ms: 9, first_seen: now, last_seen: now };
  return {
    pattern: { fingerprint, sql, kind, is_parsed: isParsed, calls, ...times },
    shape: {
      fingerprint,
      sql,
      kind,
      isParsed,
      parameterCount: Math.max(0, ...filters.flatMap(([, , ...numbers]) => numbers)),
      tables: ["projects"],
      filters: filters.map(([column, operator, ...parameters]) => ({
        table: "projects",
        column,
        operator,
        parameters,
        wrappedBy: null,
      })),
      joins: [],
      groupBy: [],
      orderBy: [],
      projected: [],
      selectsStar: false,
      aggregates: [],
      limit: null,
    },
  };
}

/** Finds rows by a value that nearly no other row has. */
export const byName = (): WorkloadQuery =>
  query("by-name", "SELECT * FROM projects WHERE project_name = $1", [
    ["project_name", "equals", 1],
  ]);

/** Reads a range of dates: an order by them skips most row groups. */
export const byDate = (options: { calls?: number } = {}): WorkloadQuery =>
  query(
    "by-date",
    "SELECT count(*), sum(total_amount), avg(expected_tri) FROM projects WHERE creation_date >= $1 AND creation_date < $2",
    [
      ["creation_date", "range", 1],
      ["creation_date", "range", 2],
    ],
    options,
  );

/** A candidate around a change; the plan may be replaced by a broken one. */
export function candidate(change: Change, targeted: string[], statements?: string[]): Candidate {
  const plan =
    statements === undefined
      ? compile([change])
      : { statements, revert_statements: [], cleanup_statements: [], is_reversible: false };
  return candidateOf(change, plan, targeted);
}

/** The advisor's own plan for the test product's table. */
export function compile(changes: Change[]): Plan {
  return compilePlan(projectsSchema(0).tables, changes);
}
