import { type Change, type ChangedPart, factsOf, type TableSchema } from "@/server/contracts";

export interface DiffRow extends ChangedPart {
  isChanged: boolean;
}

/** Parts of a table in the order in which they are shown. */
const PARTS: readonly ChangedPart["part"][] = [
  "column",
  "constraint",
  "index",
  "row order",
  "new table",
];

/**
 * The table before and after the changes: what stays, and what each change says of itself. Both
 * sides are drawn from the changes, so the diff is the same whether the schema at hand was read
 * before or after they were executed.
 */
export function diffTable(table: TableSchema, changes: readonly Change[]): DiffRow[] {
  const own = changes.filter((change) => change.table === table.name);
  const changed = own.flatMap((change) => factsOf(change).parts(change));
  const kept = presentParts(table).filter((part) => !changed.some((each) => isSame(each, part)));
  const rows = [...kept, ...changed].map(({ aliases: _, ...part }: PresentPart) => ({
    ...part,
    isChanged: part.before !== part.after,
  }));
  return PARTS.flatMap((part) =>
    sortColumns(
      table,
      rows.filter((row) => row.part === part),
    ),
  );
}

interface PresentPart extends ChangedPart {
  /** Other names by which a change may mean it. */
  aliases?: string[];
}

function presentParts(table: TableSchema): PresentPart[] {
  const columns = table.columns.map(({ name, type }) => part("column", name, type));
  const constraints = table.constraints
    .filter(({ type }) => type !== "NOT NULL")
    .map(({ type, columns, sql }) =>
      part("constraint", columns.length > 0 ? columns.join(", ") : sql, type.toLowerCase()),
    );
  const indexes = table.indexes.map(({ name, columns }) => ({
    ...part("index", columns.join(", "), `index ${name}`),
    aliases: [name],
  }));
  return [...columns, ...constraints, ...indexes];
}

const part = (kind: ChangedPart["part"], name: string, text: string): ChangedPart => ({
  part: kind,
  name,
  before: text,
  after: text,
});

/** Is this the part that a change says it changes? A constraint is told by its kind as well. */
function isSame(changed: ChangedPart, present: PresentPart): boolean {
  if (changed.part !== present.part) return false;
  if (changed.part === "constraint" && changed.after !== present.after) return false;
  return changed.name === present.name || present.aliases?.includes(changed.name) === true;
}

/** Columns stand where the table has them, changed or not. */
function sortColumns(table: TableSchema, rows: DiffRow[]): DiffRow[] {
  const place = (row: DiffRow): number => (row.part === "column" ? placeOf(table, row.name) : 0);
  return rows.sort((a, b) => place(a) - place(b));
}

/** A column that the table has not stands behind those it has. */
function placeOf({ columns }: TableSchema, column: string): number {
  const place = columns.findIndex(({ name }) => name === column);
  return place < 0 ? columns.length : place;
}
