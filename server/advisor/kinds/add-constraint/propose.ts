import type { Candidate, ColumnSchema, Plan, Risk, TableSchema } from "@/server/contracts";
import { formatCount, formatPercent } from "@/server/format";
import {
  affectedConsumers,
  callsText,
  commentLoss,
  frequencyText,
  isRebuilt,
  round,
  sizeFactor,
  sizeText,
  subjectTables,
  usageFactors,
} from "../../candidate-parts";
import { nameChange } from "../../change-names";
import { estimateIndex } from "../../index-estimate";
import { indexObstacle } from "../../index-use";
import type { Proposals, ProposeInput } from "../../kind-spec";
import { VECTOR_ROWS } from "../../measured-facts";
import { joinPartners } from "../../shape-index";
import { isIndexed } from "../../table-schema";
import type { WorkloadQuery } from "../../workload-query";
import {
  filtersOn,
  isPointFilter,
  measureUsage,
  type Usage,
  writeShares,
} from "../../workload-query";

/** Distinct counts are HyperLogLog estimates; this leaves room for twice their usual error of 5%. */
const DISTINCT_SHARE_MIN = 0.9;
/** What only joins use gained nothing beyond noise from a primary key: 1,297 → 960 ms on busy cores. */
const JOIN_ONLY = { prior: 0.05, gain: 0.05 } as const;
/** Keys tried for one table: each costs the proof a rebuild, there or back. */
const KEYS_MAX = 6;
const KEY_TYPES = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|UUID|VARCHAR|DATE|TIMESTAMP.*)$/i;

interface Key {
  column: ColumnSchema;
  usage: Usage;
  isLookedUp: boolean;
}

/**
 * A primary key (where a table has none) or UNIQUE for a column that queries look up by =, IN or a
 * join and whose statistics tell no two rows and no NULL apart. The plan itself checks all rows.
 *
 * NOT NULL is not proposed: counting, grouping, IS NOT NULL and NOT IN over 3 M rows took the same
 * time or longer with it on DuckDB 1.5.6 (95 → 134, 329 → 334, 85 → 149, 218 → 232 ms).
 */
export function proposeConstraints(input: ProposeInput): Proposals {
  const proposals: Proposals = { candidates: [], excluded: [] };
  for (const table of subjectTables(input)) {
    let hasKey = table.constraints.some((each) => each.type === "PRIMARY KEY");
    for (const key of keysOf(input, table).slice(0, KEYS_MAX)) {
      const { candidate, refusal } = draft(input, table, key, hasKey ? "UNIQUE" : "PRIMARY KEY");
      hasKey = true;
      if (refusal === null) proposals.candidates.push(candidate);
      else proposals.excluded.push({ candidate, reason: refusal });
    }
  }
  return proposals;
}

/** Columns that could be keys, those looked up most first, ties by name. */
function keysOf({ queries, columnsOf }: ProposeInput, table: TableSchema): Key[] {
  return columnsOf(table)
    .filter((column) => isKeyLike(table, column))
    .map((column) => {
      const looking = queries.filter(
        (query) =>
          filtersOn(query, table.name, column.name, isPointFilter).length > 0 &&
          indexObstacle(query, table, column.name) === null,
      );
      const ref = { table: table.name, column: column.name };
      const joining = queries.filter(({ shape }) => joinPartners(shape, ref).length > 0);
      const users = [...new Set([...looking, ...joining])];
      return { column, usage: measureUsage(queries, users), isLookedUp: looking.length > 0 };
    })
    .filter(({ usage }) => usage.queries.length > 0)
    .sort(
      (a, b) =>
        Number(b.isLookedUp) - Number(a.isLookedUp) ||
        b.usage.timeShare - a.usage.timeShare ||
        (a.column.name < b.column.name ? -1 : 1),
    );
}

function isKeyLike(table: TableSchema, column: ColumnSchema): boolean {
  const { statistics } = column;
  if (statistics === null || table.row_count === 0 || !KEY_TYPES.test(column.type)) return false;
  const isDistinct = statistics.distinct_count >= DISTINCT_SHARE_MIN * table.row_count;
  return isDistinct && statistics.null_fraction === 0 && !isIndexed(table, column.name);
}

function draft(
  input: ProposeInput,
  table: TableSchema,
  { column, usage, isLookedUp }: Key,
  constraint: "PRIMARY KEY" | "UNIQUE",
) {
  const { name } = column;
  const change = {
    kind: "add_constraint" as const,
    table: table.name,
    constraint,
    columns: [name],
  };
  const { plan, refusal } = input.tryPlan(change);
  const isServed = isLookedUp && table.row_count > VECTOR_ROWS;
  const estimate = isServed ? estimateIndex(table, column) : JOIN_ONLY;
  const noun = constraint === "UNIQUE" ? "UNIQUE" : "primary key";
  const distinct = formatCount(column.statistics?.distinct_count ?? 0);
  const candidate: Candidate = {
    ...nameChange(change, table),
    change,
    reason: `${frequencyText(usage)} ${isLookedUp ? "look-ups by" : "joins on"} ${name} (${callsText(usage)}), which holds about ${distinct} distinct values in ${formatCount(table.row_count)} rows and no NULL; declared as ${noun}, it gets an index and stays unique.`,
    factors: [
      ...usageFactors(usage),
      {
        name: "Uniqueness",
        detail: `About ${distinct} distinct values (estimate) in ${formatCount(table.row_count)} rows; the plan checks every row.`,
        weight: 0.3,
      },
      sizeFactor(table),
    ],
    drawbacks: drawbacksOf(input, table, name, isLookedUp),
    risk: riskOf(table, plan, name, input.queries),
    plan,
    targeted_fingerprints: usage.fingerprints,
    // The plan fails where two rows agree after all: less sure than a plain index on the column.
    prior: round(isLookedUp ? 0.7 * estimate.prior : estimate.prior),
    estimated_gain: round(estimate.gain),
    estimated_storage_overhead:
      table.estimated_bytes > 0 ? round((16 * table.row_count) / table.estimated_bytes) : 0.02,
  };
  return { candidate, refusal };
}

function drawbacksOf(
  { queries }: ProposeInput,
  table: TableSchema,
  name: string,
  isLookedUp: boolean,
): string[] {
  const found = [
    `${name} is unique now, but may not be meant to be: a second row with the same value is rejected from then on.`,
  ];
  if (!isLookedUp)
    found.push("Only joins use it; in our measurement a key made none of them faster.");
  const { inserts } = writeShares(queries, table.name, null);
  if (inserts > 0) {
    found.push(
      `${formatPercent(inserts)} of all calls insert into ${table.name}: with a primary key loading took 3.8 times as long (DuckDB's documentation).`,
    );
  }
  return found;
}

function riskOf(table: TableSchema, plan: Plan, column: string, queries: WorkloadQuery[]): Risk {
  const isWrittenAnew = isRebuilt(plan);
  return {
    level: isWrittenAnew ? "high" : "medium",
    locks: `All rows are checked in one transaction (${sizeText(table)})${isWrittenAnew ? ", and the table is rewritten, because DuckDB cannot add UNIQUE to an existing table" : ""}: meanwhile, writes to ${table.name} by others fail with a conflict and must be repeated.`,
    write_cost:
      "Each insert and update is checked. Loading with a primary key took 3.8 times as long in DuckDB's documentation.",
    reversibility: `Schema and data can be restored exactly; DuckDB cannot drop a constraint, so the rollback rewrites ${table.name}.${commentLoss(table)}`,
    blast_radius: `Every writer of ${table.name}: a duplicate value of ${column} is rejected. The plan changes nothing if two rows have the same value now.${isWrittenAnew ? commentLoss(table) : ""}`,
    affected_consumers: affectedConsumers(queries, table.name),
  };
}
