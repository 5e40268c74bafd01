import { type ConstraintSchema, isInteger, type TableSchema } from "@/server/contracts";

// To the end of the type: a list of numbers (`FLOAT[384]`) is no number.
const FRACTIONAL = /^(DECIMAL(\([\d, ]+\))?|DOUBLE|FLOAT)$/;
const DATE = /^(DATE|TIMESTAMP(_S|_MS|_NS)?( WITH TIME ZONE)?)$/;

export const isNumeric = (type: string): boolean => isInteger(type) || FRACTIONAL.test(type);
export const isDate = (type: string): boolean => DATE.test(type);

const KEY_CONSTRAINTS: ReadonlySet<ConstraintSchema["type"]> = new Set([
  "PRIMARY KEY",
  "UNIQUE",
  "FOREIGN KEY",
]);

/** Part of a primary, unique or foreign key: by itself unique only when `isDeclaredUnique`. */
export function isInKey(table: TableSchema, column: string): boolean {
  return table.constraints.some(
    (one) => KEY_CONSTRAINTS.has(one.type) && one.columns.includes(column),
  );
}

/** Alone a primary key, UNIQUE, or under a unique index. */
export function isDeclaredUnique(table: TableSchema, column: string): boolean {
  const isAlone = (columns: string[]) => columns.length === 1 && columns[0] === column;
  return (
    table.constraints.some(
      (one) => (one.type === "PRIMARY KEY" || one.type === "UNIQUE") && isAlone(one.columns),
    ) || table.indexes.some((index) => index.is_unique && isAlone(index.columns))
  );
}

/** Names by which other tables refer to this one's rows: `projects` → `project_id`, `projects_id`. */
export function referenceNames(table: string): string[] {
  const name = table.toLowerCase();
  const singular = name.endsWith("ies")
    ? `${name.slice(0, -3)}y`
    : name.endsWith("sses") || name.endsWith("xes")
      ? name.slice(0, -2)
      : name.replace(/s$/, "");
  return [...new Set([`${singular}_id`, `${name}_id`])];
}

/** Named like the table's own key: `id`, or as others refer to it. */
export function isNamedAsKey(table: string, column: string): boolean {
  return ["id", ...referenceNames(table)].includes(column.toLowerCase());
}
