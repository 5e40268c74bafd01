import type { Rng } from "../random";
import type { ColumnRole, ColumnSpec, Slot, TableSpec } from "./types";

export interface QueryContext {
  rng: Rng;
  main: TableSpec;
  other: TableSpec;
}

/** Text and parameters of one query, numbered from $1 as its form writes them. */
export interface DrawnQuery {
  sql: string;
  slots: Slot[];
}

export const q = (name: string): string => `"${name}"`;

export const isTime = ({ role }: ColumnSpec): boolean => role === "day" || role === "instant";
export const isTyped = (column: ColumnSpec): boolean => isTime(column) && column.type !== "VARCHAR";

/** A column of one of the roles, null when the table has none. */
export function columnOf(
  rng: Rng,
  table: TableSpec,
  roles: readonly ColumnRole[],
  accepts: (column: ColumnSpec) => boolean = () => true,
): ColumnSpec | null {
  const those = table.columns.filter((column) => roles.includes(column.role) && accepts(column));
  return those.length > 0 ? rng.pick(those) : null;
}

/** What a query of single rows selects: everything, or some columns. */
export function projection(rng: Rng, table: TableSpec, prefix = ""): string {
  if (rng.chance(0.4)) return `${prefix}*`;
  return rng
    .shuffle(table.columns)
    .slice(0, rng.int(1, 4))
    .map(({ name }) => `${prefix}${q(name)}`)
    .join(", ");
}

/** Aggregates over the table's measures, with names. */
export function aggregates(rng: Rng, table: TableSpec, prefix = ""): string {
  const measures = table.columns.filter(({ role }) => role === "measure");
  const parts = measures
    .slice(0, rng.int(0, 2))
    .map(
      ({ name }, at) => `${rng.pick(["sum", "min", "max", "avg"])}(${prefix}${q(name)}) AS m${at}`,
    );
  return ["count(*) AS n", ...parts].join(", ");
}
