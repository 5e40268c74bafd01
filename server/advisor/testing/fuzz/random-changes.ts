import { CalendarUnit, type Change, orderStepUnits, type TableSchema } from "@/server/contracts";
import type { Draw } from "@/server/testing/fuzz/draw";
import type { RandomTable } from "./random-schema";

/** A table as it was drawn, and as the catalog tells it. */
interface Subject {
  drawn: RandomTable;
  told: TableSchema;
}

const KEYS_MAX = 3;
const WIDTH = 3;

/** One to three changes of any executable kind, whether or not they fit the data or each other. */
export function randomChanges(
  draw: Draw,
  drawn: readonly RandomTable[],
  tables: readonly TableSchema[],
): Change[] {
  const subjects = drawn.flatMap((each) => {
    const told = tables.find(({ name }) => name === each.name);
    return told === undefined ? [] : [{ drawn: each, told }];
  });
  if (subjects.length === 0) return [];
  const count = draw.chance(0.7) ? 1 : 2 + draw.below(2);
  const made = Array.from({ length: count }, () => draw.pick(MAKERS)(draw, draw.pick(subjects)));
  return made.filter((change) => change !== null);
}

const MAKERS: readonly ((draw: Draw, subject: Subject) => Change | null)[] = [
  (draw, { told }) => ({ kind: "add_index", table: told.name, column: aColumn(draw, told) }),
  dropIndex,
  clusterTable,
  clusterTable,
  changeType,
  changeType,
  addConstraint,
  materializeSummary,
];

const aColumn = (draw: Draw, { columns }: TableSchema): string => draw.pick(columns).name;

const someColumns = (draw: Draw, table: TableSchema, max: number): string[] => [
  ...new Set(draw.list(1, max, () => aColumn(draw, table))),
];

function dropIndex(draw: Draw, { told }: Subject): Change | null {
  if (told.indexes.length === 0) return null;
  return { kind: "drop_index", table: told.name, index: draw.pick(told.indexes).name };
}

function clusterTable(draw: Draw, { told }: Subject): Change {
  const keys = someColumns(draw, told, KEYS_MAX);
  const change = { kind: "cluster_table" as const, table: told.name, keys };
  if (keys.length > 1) return draw.chance(0.4) ? { ...change, curve: "morton" } : change;
  const type = told.columns.find(({ name }) => name === keys[0])?.type ?? "";
  const units = orderStepUnits(type);
  if (units === null || draw.chance(0.4)) return change;
  return { ...change, step: units === "number" ? WIDTH : draw.pick(units) };
}

function changeType(draw: Draw, { drawn, told }: Subject): Change | null {
  const able = drawn.columns.filter(({ type }) => type.targets.length > 0);
  if (able.length === 0) return null;
  const { name: column, type } = draw.pick(able);
  const from = told.columns.find(({ name }) => name === column)?.type ?? type.sql;
  return { kind: "change_type", table: told.name, column, from, to: draw.pick(type.targets) };
}

function addConstraint(draw: Draw, { told }: Subject): Change {
  const constraint = draw.pick(["PRIMARY KEY", "UNIQUE", "NOT NULL"] as const);
  const columns = draw.chance(0.5) ? ["id"] : someColumns(draw, told, 2);
  return { kind: "add_constraint", table: told.name, constraint, columns };
}

function materializeSummary(draw: Draw, { told }: Subject): Change {
  const keys = someColumns(draw, told, 2).map((column, index) => {
    const isTimed = /^(DATE|TIMESTAMP)$/.test(
      told.columns.find(({ name }) => name === column)?.type ?? "",
    );
    const unit = isTimed && draw.chance(0.7) ? draw.pick(CalendarUnit.options) : null;
    return { name: `key_${index}`, column, unit };
  });
  const measures = draw.list(1, 3, () => {
    const aggregate = draw.pick(["count", "min", "max", "sum"] as const);
    return { aggregate, column: aggregate === "sum" ? "id" : aColumn(draw, told) };
  });
  return {
    kind: "materialize_summary",
    table: told.name,
    name: `summary_${draw.pick(["a", "b"])}`,
    keys: draw.chance(0.9) ? keys : [],
    measures: [
      { name: "row_count", aggregate: "count", column: null },
      ...measures.map((measure, index) => ({ name: `value_${index}`, ...measure })),
    ],
    // Advice for the product's developers; no statement comes of it.
    rewrites: [{ fingerprint: "f", sql: "SELECT 1" }],
  };
}
