import type { Plan, Risk, TableSchema } from "@/server/contracts";
import { formatCount, formatPlural } from "@/server/format";
import type { WorkloadQuery } from "./workload-query";

/** Everything that reads or writes the table: those who notice a mistake or a lock. */
function affectedConsumers(queries: readonly WorkloadQuery[], table: string): string[] {
  const using = queries.filter((query) => query.shape.tables.includes(table));
  const kinds = ["select", "insert", "update", "delete"] as const;
  return kinds.flatMap((kind) => {
    const those = using.filter((query) => query.shape.kind === kind);
    if (those.length === 0) return [];
    const calls = those.reduce((sum, query) => sum + query.pattern.calls, 0);
    const noun = formatPlural(those.length, `${kind} query shape`);
    return [`${noun} on ${table} (${formatPlural(calls, "call")})`];
  });
}

const sizeText = (table: TableSchema): string =>
  table.row_count > 0 ? `${formatCount(table.row_count)} rows` : "a number of rows not known here";

export function indexRisk(table: TableSchema, column: string, queries: WorkloadQuery[]): Risk {
  return {
    level: "low",
    locks: `Built over ${sizeText(table)} in one transaction. In our test other connections read and wrote ${table.name} between the build and its commit; writes during the build itself were not tested.`,
    write_cost: "Bulk inserts took about twice as long with one more index in our measurement.",
    reversibility: "DROP INDEX restores the former state at once; no data is changed.",
    blast_radius: `Only ${table.name}. The index is held in memory; updates of ${column} become delete and insert.`,
    affected_consumers: affectedConsumers(queries, table.name),
  };
}

export function dropIndexRisk(table: TableSchema, index: string, queries: WorkloadQuery[]): Risk {
  return {
    level: "low",
    locks: "Takes effect when the transaction ends; no data is read or written.",
    write_cost: "None: inserts and updates become cheaper.",
    reversibility: `The revert builds ${index} again from its own statement, over ${sizeText(table)}.`,
    blast_radius: `Only ${table.name}. Queries that used the index scan the table instead.`,
    affected_consumers: affectedConsumers(queries, table.name),
  };
}

export function constraintRisk(
  table: TableSchema,
  plan: Plan,
  column: string,
  queries: WorkloadQuery[],
): Risk {
  const isWrittenAnew = isRebuilt(plan);
  return {
    level: isWrittenAnew ? "high" : "medium",
    locks: `All rows are checked in one transaction (${sizeText(table)})${isWrittenAnew ? ", and the table is written anew, since DuckDB adds no UNIQUE to a table that stands" : ""}: writes to ${table.name} by others meanwhile fail with a conflict and must be repeated.`,
    write_cost:
      "Each insert and update is checked. Loading with a primary key took 3.8 times as long in DuckDB's documentation.",
    reversibility: `Schema and data can be restored exactly; DuckDB drops no constraint, so the revert writes ${table.name} anew.${commentLoss(table)}`,
    blast_radius: `Every writer of ${table.name}: a value of ${column} that is there already is refused. The plan changes nothing when two rows have the same value now.${isWrittenAnew ? commentLoss(table) : ""}`,
    affected_consumers: affectedConsumers(queries, table.name),
  };
}

const isRebuilt = (plan: Plan): boolean =>
  plan.statements.some((sql) => sql.startsWith("DROP TABLE"));

/** A product that tells no comments loses them where a table is written anew. */
function commentLoss(table: TableSchema): string {
  return table.comment === undefined
    ? " Comments on the table and its columns are not known here and are lost."
    : "";
}

/** Risk of a plan that writes the table anew. */
export function rebuildRisk(table: TableSchema, plan: Plan, queries: WorkloadQuery[]): Risk {
  const keepsOrder = plan.cleanup_statements.length > 0;
  const hasDetails = table.row_count > 0;
  return {
    level: hasDetails ? "medium" : "high",
    locks: `The table is written anew (${sizeText(table)}) in one transaction: writes to ${table.name} by others meanwhile fail with a conflict and must be repeated; reads see the old table until it ends. 3,000,000 rows with a primary key took about 20 s in our measurement, the revert about 50 s (one run on a busy machine).`,
    write_cost:
      "None by itself: nothing is maintained on insert. New rows are appended in the order they arrive, so the order wears off as the table grows.",
    reversibility: keepsOrder
      ? "Schema, data and the former row order can be restored while the undo data is kept (primary key and row number of each row)."
      : "Schema and data can be restored. The former row order cannot: the table has no known primary key to tell rows apart.",
    blast_radius: hasDetails
      ? `Only ${table.name}: the new table takes its name, constraints and indexes. It needs room for a second copy of the table until the transaction ends.${commentLoss(table)}`
      : `${table.name} is compiled from the columns given: defaults, constraints and indexes that were not told would be lost. Do not run it without comparing the table's full definition.`,
    affected_consumers: affectedConsumers(queries, table.name),
  };
}

export function typeRisk(
  table: TableSchema,
  plan: Plan,
  column: string,
  queries: WorkloadQuery[],
): Risk {
  return {
    level: "high",
    locks: `All values of ${table.name}.${column} are converted in one transaction (${sizeText(table)}): writes to the table by others meanwhile fail with a conflict and must be repeated.`,
    write_cost:
      "Each inserted value is checked against the new type; indexes of the table are built again.",
    reversibility:
      "Can be reverted exactly: the transaction fails by itself when a value would not convert back to what it was.",
    blast_radius: `Every reader and writer of ${column}: a value the new type does not know is refused, and clients receive another type.${isRebuilt(plan) ? commentLoss(table) : ""}`,
    affected_consumers: affectedConsumers(queries, table.name),
  };
}

/** Risk of a table of its own: nothing that exists is changed. */
export function summaryRisk(table: TableSchema, queries: WorkloadQuery[]): Risk {
  return {
    level: "medium",
    locks: `None on ${table.name}: it is read once (${sizeText(table)}) in one transaction; others read and write it meanwhile.`,
    write_cost: `None: nothing is maintained when ${table.name} is written, so the summary is as old as its last refresh.`,
    reversibility:
      "DROP TABLE restores the former state at once; queries changed to read the summary must be changed back first, or they fail.",
    blast_radius: `A new table; ${table.name} stays as it is. Queries that read the summary do not see what was written after its last refresh.`,
    affected_consumers: affectedConsumers(queries, table.name),
  };
}
