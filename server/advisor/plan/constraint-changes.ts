import type { AddConstraintChange, ConstraintSchema, TableSchema } from "@/server/contracts";
import { AppError } from "@/server/platform/errors";

/**
 * Throws `not_executable` when the table, with what is added already, has the constraint or cannot
 * take it. Whether the data satisfy it is for the plan's statements to find out.
 */
export function checkConstraint(
  table: TableSchema,
  added: readonly AddConstraintChange[],
  change: AddConstraintChange,
): void {
  const refuse = (why: string): never => {
    throw new AppError("not_executable", why);
  };
  const { constraint, columns } = change;
  if (new Set(columns).size < columns.length) refuse("A column of the constraint stands twice.");
  const { columns: present, constraints } = withConstraints(table, added);
  if (constraint === "NOT NULL") {
    const named = present.find((each) => columns.includes(each.name) && !each.nullable);
    if (named) refuse(`Column ${named.name} of ${table.name} is NOT NULL already.`);
    return;
  }
  if (constraint === "PRIMARY KEY" && constraints.some((each) => each.type === constraint)) {
    refuse(`Table ${table.name} has a primary key already.`);
  }
  const isSame = (each: ConstraintSchema): boolean =>
    (each.type === "PRIMARY KEY" || each.type === "UNIQUE") &&
    [...each.columns].sort().join("\0") === [...columns].sort().join("\0");
  if (constraints.some(isSame)) {
    refuse(`${columns.join(", ")} of ${table.name} are a key already.`);
  }
}

/** The table as it will be declared. A primary key makes its columns NOT NULL. */
export function withConstraints(
  table: TableSchema,
  added: readonly AddConstraintChange[],
): TableSchema {
  const filled = new Set(
    added.flatMap((each) => (each.constraint === "UNIQUE" ? [] : each.columns)),
  );
  const keys = added
    .filter((each) => each.constraint !== "NOT NULL")
    .map((each) => ({ type: each.constraint, columns: each.columns, sql: "" }));
  return {
    ...table,
    columns: table.columns.map((column) =>
      filled.has(column.name) ? { ...column, nullable: false } : column,
    ),
    constraints: [...table.constraints, ...keys],
  };
}
