import type { Change, TableSchema } from "@/server/contracts";

export interface DiffRow {
  /** `column`, `index` or `row order`. */
  part: "column" | "index" | "row order";
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
  const isAdded = (columns: readonly string[]) =>
    columns.length === 1 && added.some((change) => change.column === columns[0]);
  const kept = table.indexes.filter((index) => !isAdded(index.columns));
  const constraints = table.constraints.filter(({ type }) => type === "PRIMARY KEY");
  const same = [
    ...constraints.map((constraint) => ({
      name: constraint.columns.join(", "),
      text: "primary key",
    })),
    ...kept.map((index) => ({ name: index.columns.join(", "), text: `index ${index.name}` })),
  ].map(({ name, text }) => ({
    part: "index" as const,
    name,
    before: text,
    after: text,
    isChanged: false,
  }));
  const fresh = added.map((change) => ({
    part: "index" as const,
    name: change.column,
    before: null,
    after: "index",
    isChanged: true,
  }));
  return [...same, ...fresh];
}

function diffOrder(changes: readonly Change[]): DiffRow[] {
  const cluster = changes.find((change) => change.kind === "cluster_table");
  if (cluster === undefined) return [];
  return [
    {
      part: "row order",
      name: "stored rows",
      before: "as inserted",
      after: `ordered by ${cluster.keys.join(", ")}`,
      isChanged: true,
    },
  ];
}

/**
 * The table before and after the changes. Both sides are drawn from the changes, so the diff is
 * the same whether the schema at hand was read before or after they were executed.
 */
export function diffTable(table: TableSchema, changes: readonly Change[]): DiffRow[] {
  const own = changes.filter((change) => change.table === table.name);
  return [...diffColumns(table, own), ...diffIndexes(table, own), ...diffOrder(own)];
}
