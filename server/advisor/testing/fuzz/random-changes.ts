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
  const made = Array.from({ length: count }, () =>
    draw.pick(MAKERS)(draw, draw.pick(subjects), subjects),
  );
  return made.filter((change) => change !== null);
}

const MAKERS: readonly ((
  draw: Draw,
  subject: Subject,
  all: readonly Subject[],
) => Change | null)[] = [
  (draw, { told }) => ({ kind: "add_index", table: told.name, column: aColumn(draw, told) }),
  dropIndex,
  clusterTable,
  clusterTable,
  changeType,
  changeType,
  addConstraint,
  addConstraint,
  materializeSummary,
  addColumn,
  addColumn,
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

/** Types, and literals that may be their default. */
const NEW_COLUMNS: readonly [type: string, ...values: (string | number | boolean | null)[]][] = [
  ["INTEGER", null, 5, -1, "7"],
  ["VARCHAR", null, "a", "it's; --", ""],
  ["DATE", null, "2020-02-29"],
  ["BOOLEAN", null, false],
  ["DECIMAL(12,2)", null, 1.25],
  ["TIMESTAMP WITH TIME ZONE", null, "2020-03-29 01:30:00+00"],
  ["ENUM('a', 'b')", null, "b"],
  ["INTEGER[]", null, "[1, NULL]"],
  ["STRUCT(x INTEGER, y VARCHAR)", null],
];
const NEW_NAMES = ["a", "Zeta", "new", "größe", "select", "a b"];

function addColumn(draw: Draw, { told }: Subject, all: readonly Subject[]): Change {
  const [type, ...values] = draw.pick(NEW_COLUMNS);
  const keyed = all.filter(({ drawn }) => drawn.key === "primary" || drawn.key === "unique");
  const target = keyed.length > 0 && draw.chance(0.4) ? draw.pick(keyed).told.name : null;
  return {
    ...{ kind: "add_column", table: told.name, column: draw.pick(NEW_NAMES) },
    type: target === null ? type : "INTEGER",
    default: target === null ? draw.pick(values) : draw.pick([null, 0, 7]),
    is_required: draw.chance(0.4),
    references: target === null ? null : { table: target, column: "id" },
  };
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
