import type { Rng } from "../random";
import { FIRST_DAY } from "./load-sql";
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

const SETS = 6;
const DAY_MS = 86_400_000;
const START_MS = Date.parse(`${FIRST_DAY}T00:00:00Z`);

const times = <T>(make: (set: number) => T): T[] =>
  Array.from({ length: SETS }, (_, at) => make(at));

/** Days a column of times spans. */
export function spanDays(column: ColumnSpec, rows: number): number {
  return column.role === "day" ? column.distinct : (rows * 60) / 86_400;
}

function instantText(days: number, column: ColumnSpec): string {
  const text = new Date(START_MS + days * DAY_MS).toISOString();
  return column.role === "day" ? text.slice(0, 10) : text.slice(0, 19).replace("T", " ");
}

/** Lower and upper bounds that keep about `share` of the rows. */
export function rangeSlots(
  rng: Rng,
  { rows }: TableSpec,
  column: ColumnSpec,
  share: number,
): [Slot, Slot] {
  const starts = times(() => rng.next() * (1 - share));
  if (column.role === "measure") {
    const of = (part: number) => Math.round(part * column.distinct);
    return [
      { values: starts.map((start) => of(start)) },
      { values: starts.map((start) => of(start + share)) },
    ];
  }
  const span = spanDays(column, rows);
  const of = (part: number) => instantText(part * span, column);
  return [
    { values: starts.map((start) => of(start)) },
    { values: starts.map((start) => of(start + share)) },
  ];
}

/** Years within a column of times. */
export function yearSlot(rng: Rng, { rows }: TableSpec, column: ColumnSpec): Slot {
  const years = Math.max(1, Math.floor(spanDays(column, rows) / 365));
  return { values: times(() => Number(FIRST_DAY.slice(0, 4)) + rng.int(0, years - 1)) };
}

/** Days within a column of times. */
export function daySlot(rng: Rng, { rows }: TableSpec, column: ColumnSpec): Slot {
  const span = spanDays(column, rows);
  return {
    values: times(() => instantText(rng.next() * span, { ...column, role: "day" }).slice(0, 10)),
  };
}

/** Beginnings of a column's values. */
export function prefixSlot(rng: Rng, column: ColumnSpec, length: number): Slot {
  const hex = (count: number) =>
    Array.from({ length: count }, () => rng.int(0, 15).toString(16)).join("");
  const head = column.role === "code" ? "R-" : column.role === "place" ? "Place " : "";
  return { values: times(() => `${head}${hex(length)}%`) };
}
