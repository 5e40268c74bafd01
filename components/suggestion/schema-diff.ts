import {
  type Change,
  type ClusterTableChange,
  describeStep,
  type TableSchema,
} from "@/server/contracts";

export interface DiffRow {
  part: "column" | "index" | "constraint" | "row order" | "new table";
  name: string;
  before: string | null;
  after: string | null;
  isChanged: boolean;
}

function describeTarget(change: Extract<Change, { kind: "change_type" }>): string {
  if (change.to.name !== "ENUM") return change.to.name;
  const shown = change.to.values.slice(0, 4).map((value) => `'${value}'`);
  const rest = change.to.values.length - shown.length;
  return `ENUM(${shown.join(", ")}${rest > 0 ? `, … ${rest} more` : ""})`;
}

function diffColumns(table: TableSchema, changes: readonly Change[]): DiffRow[] {
  const typeChanges = changes.filter((change) => change.kind === "change_type");
  return table.columns.map((column) => {
    const change = typeChanges.find((each) => each.column === column.name);
    const row = { part: "column" as const, name: column.name };
    if (change === undefined) {
      return { ...row, before: column.type, after: column.type, isChanged: false };
    }
    return { ...row, before: change.from, after: describeTarget(change), isChanged: true };
  });
}

function diffIndexes(table: TableSchema, changes: readonly Change[]): DiffRow[] {
  const added = changes.filter((change) => change.kind === "add_index");
  const dropped = changes.filter((change) => change.kind === "drop_index");
  const isAdded = (columns: readonly string[]) =>
    columns.length === 1 && added.some((change) => change.column === columns[0]);
  const kept = table.indexes.filter(
    ({ name, columns }) => !isAdded(columns) && !dropped.some((change) => change.index === name),
  );
  const part = "index" as const;
  return [
    ...kept.map(({ name, columns }) => {
      const text = `index ${name}`;
      return { part, name: columns.join(", "), before: text, after: text, isChanged: false };
    }),
    ...dropped.map(({ index }) => ({
      part,
      name: index,
      before: "index",
      after: null,
      isChanged: true,
    })),
    ...added.map(({ column }) => ({
      part,
      name: column,
      before: null,
      after: "index",
      isChanged: true,
    })),
  ];
}

function diffConstraints(table: TableSchema, changes: readonly Change[]): DiffRow[] {
  const added = changes.filter((change) => change.kind === "add_constraint");
  const key = (type: string, columns: readonly string[]) => `${type} ${columns.join("\n")}`;
  const fresh = new Set(added.map(({ constraint, columns }) => key(constraint, columns)));
  const part = "constraint" as const;
  const kept = table.constraints.filter(
    ({ type, columns }) => type !== "NOT NULL" && !fresh.has(key(type, columns)),
  );
  return [
    ...kept.map(({ type, columns, sql }) => {
      const name = columns.length > 0 ? columns.join(", ") : sql;
      const text = type.toLowerCase();
      return { part, name, before: text, after: text, isChanged: false };
    }),
    ...added.map(({ constraint, columns }) => ({
      part,
      name: columns.join(", "),
      before: null,
      after: constraint.toLowerCase(),
      isChanged: true,
    })),
  ];
}

function diffOrder(changes: readonly Change[]): DiffRow[] {
  const cluster = changes.find((change) => change.kind === "cluster_table");
  if (cluster === undefined) return [];
  return [
    {
      part: "row order",
      name: "stored rows",
      before: "as inserted",
      after: describeOrder(cluster),
      isChanged: true,
    },
  ];
}

function describeOrder({ keys, curve, step }: ClusterTableChange): string {
  const names = keys.join(", ");
  if (curve === "morton") return `along a Morton (Z-order) curve over ${names}`;
  return step === undefined
    ? `ordered by ${names}`
    : `ordered by ${describeStep(step)} of ${names}`;
}

function diffSummaries(changes: readonly Change[]): DiffRow[] {
  const summaries = changes.filter((change) => change.kind === "materialize_summary");
  return summaries.map(({ name, keys, measures }) => {
    const by = keys.map((key) => (key.unit === null ? key.column : `${key.unit} of ${key.column}`));
    const of = measures.map(({ aggregate, column }) => `${aggregate}(${column ?? "*"})`);
    const after = `${of.join(", ")} by ${by.length > 0 ? by.join(", ") : "all rows"}`;
    return { part: "new table", name, before: null, after, isChanged: true };
  });
}

/**
 * The table before and after the changes. Both sides are drawn from the changes, so the diff is
 * the same whether the schema at hand was read before or after they were executed.
 */
export function diffTable(table: TableSchema, changes: readonly Change[]): DiffRow[] {
  const own = changes.filter((change) => change.table === table.name);
  return [
    ...diffColumns(table, own),
    ...diffConstraints(table, own),
    ...diffIndexes(table, own),
    ...diffOrder(own),
    ...diffSummaries(own),
  ];
}
