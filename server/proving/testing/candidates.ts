import type { WorkloadQuery } from "@/server/advisor";
import type { Candidate, Change, Plan } from "@/server/contracts";
import type { FilterOperator, QueryShape } from "@/server/workload/shape";

const KEY = "PRIMARY KEY(project_id)";

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

/** A candidate around a change; the plan may be replaced by a broken one. */
export function candidate(change: Change, targeted: string[], statements?: string[]): Candidate {
  const plan = compile([change]);
  const target = change.kind === "cluster_table" ? change.keys.join(", ") : change.column;
  return {
    candidate_id: `${change.kind}:${change.table}:${target}`,
    change,
    target,
    title: `${change.kind} on ${change.table}.${target}`,
    reason: "hand-written for a test",
    factors: [],
    counter_indications: [],
    risk: {
      level: "low",
      locks: "",
      write_cost: "",
      reversibility: "",
      blast_radius: "",
      affected_consumers: [],
    },
    plan: statements === undefined ? plan : { ...plan, statements },
    targeted_fingerprints: targeted,
    prior: 0.5,
    estimated_gain: 0.5,
    estimated_storage_overhead: 0,
  };
}

/** Changes as statements: types, then order, then indexes. */
export function compile(changes: Change[]): Plan {
  const rank = { change_type: 0, cluster_table: 1, add_index: 2 };
  const sorted = [...changes].sort((one, other) => rank[one.kind] - rank[other.kind]);
  return {
    statements: sorted.flatMap(statementsOf),
    revert_statements: [],
    cleanup_statements: [],
    is_reversible: false,
  };
}

function statementsOf(change: Change): string[] {
  const table = `"${change.table}"`;
  if (change.kind === "add_index") {
    return [`CREATE INDEX "ix_${change.table}_${change.column}" ON ${table} ("${change.column}")`];
  }
  if (change.kind === "cluster_table") {
    const sorted = `"${change.table}_sorted"`;
    return [
      `CREATE TABLE ${sorted} AS SELECT * FROM ${table} ORDER BY ${change.keys.join(", ")}`,
      `DROP TABLE ${table}`,
      `ALTER TABLE ${sorted} RENAME TO ${table}`,
      `ALTER TABLE ${table} ADD ${KEY}`,
    ];
  }
  const values = change.to.name === "ENUM" ? change.to.values.map((one) => `'${one}'`) : [];
  const type = change.to.name === "ENUM" ? `ENUM(${values.join(", ")})` : change.to.name;
  return [`ALTER TABLE ${table} ALTER "${change.column}" TYPE ${type}`];
}
