import { quoteIdentifier, quoteLiteral } from "@/server/sql";
import type { Draw } from "@/server/testing/fuzz/draw";
import { COLUMN_TYPES, type ColumnType } from "./column-types";

export interface RandomColumn {
  name: string;
  type: ColumnType;
  isFilled: boolean;
}

/** A table of which every row has an `id`, a key or not. */
export interface RandomTable {
  name: string;
  columns: RandomColumn[];
  key: "none" | "primary" | "unique" | "pair";
  /** Its column `parent` refers to that table's ids. */
  parent: RandomTable | null;
  /** Whole numbers below it are ids of rows. */
  idsBelow: number;
}

interface RandomSchema {
  tables: RandomTable[];
  /** What makes it: those that the database refuses are left out. */
  setup: string[];
}

const TABLE_NAMES = ["t", "Order", 'ta"ble; --', "größe", "select", "source", "kept", "a b"];
const COLUMN_NAMES = [
  ...["a", "Zeta", "select", 'q"x', "semi;colon", "größe", "kept", "source", "it's", "x", "y"],
  ...["row id", "_sidecar"],
];
/** So many ids that a batch of rows spans several of DuckDB's vectors. */
const BATCH_ROWS = 2500;
const BATCH_ID = 1000;

const quoted = quoteIdentifier;

/** One to three tables of all types with keys, constraints, indexes, comments, views and rows. */
export function randomSchema(draw: Draw): RandomSchema {
  const tables: RandomTable[] = [];
  const names = [...TABLE_NAMES];
  for (let count = 1 + draw.below(3); count > 0; count--) {
    const [name = "t"] = names.splice(draw.below(names.length), 1);
    tables.push(randomTable(draw, name, tables));
  }
  const indexes = tables.flatMap((table) => randomIndexes(draw, table));
  const rows = tables.flatMap((table) => randomRows(draw, table));
  const isIndexedFirst = draw.chance(0.5);
  return {
    tables,
    setup: [
      "CREATE SEQUENCE ids START 1000",
      ...tables.map((table) => createSql(draw, table)),
      ...(isIndexedFirst ? [...indexes, ...rows] : [...rows, ...indexes]),
      ...randomViews(draw, tables),
    ],
  };
}

function randomTable(draw: Draw, name: string, others: readonly RandomTable[]): RandomTable {
  const names = [...COLUMN_NAMES, ...(draw.chance(0.03) ? ["rowid"] : [])];
  const columns = draw.list(1, 4, () => {
    const [column = "a"] = names.splice(draw.below(names.length), 1);
    return { name: column, type: draw.pick(COLUMN_TYPES), isFilled: draw.chance(0.2) };
  });
  const parents = others.filter(({ key }) => key === "primary" || key === "unique");
  const parent = parents.length > 0 && draw.chance(0.6) ? draw.pick(parents) : null;
  const key = draw.pick(["none", "none", "primary", "primary", "unique", "pair"] as const);
  return { name, columns, key, parent, idsBelow: 8 + draw.below(40) };
}

function createSql(draw: Draw, { name, columns, key, parent }: RandomTable): string {
  const [first] = columns;
  const parts = [
    `id INTEGER${{ none: "", primary: " PRIMARY KEY", unique: " UNIQUE", pair: "" }[key]}`,
  ];
  for (const column of columns) {
    const { sql, fallback } = column.type;
    const text = `CAST(${quoted(column.name)} AS VARCHAR)`;
    const hasDefault = fallback !== undefined && draw.chance(0.4);
    parts.push(
      [
        `${quoted(column.name)} ${sql}`,
        column.isFilled ? "NOT NULL" : "",
        hasDefault ? `DEFAULT ${fallback}` : "",
        draw.maybe(`CHECK (length(${text}) < 99)`, 0.1),
        draw.maybe("UNIQUE", 0.05),
      ]
        .filter(Boolean)
        .join(" "),
    );
  }
  if (parent !== null) parts.push(`parent INTEGER REFERENCES ${quoted(parent.name)} (id)`);
  if (draw.chance(0.05)) parts.push("made INTEGER GENERATED ALWAYS AS (id + 1)");
  if (key === "pair" && first) parts.push(`PRIMARY KEY (id, ${quoted(first.name)})`);
  else if (first && draw.chance(0.15)) parts.push(`UNIQUE (${quoted(first.name)}, id)`);
  if (draw.chance(0.15)) parts.push("CHECK (id >= 0)");
  return `CREATE TABLE ${quoted(name)} (${parts.join(", ")})`;
}

function randomIndexes(draw: Draw, table: RandomTable): string[] {
  const on = `ON ${quoted(table.name)}`;
  const indexes = draw.list(0, 2, () => {
    const column = quoted(draw.pick(table.columns).name);
    const name = quoted(`by ${table.name} ${draw.below(1000)}`);
    const unique = draw.maybe("UNIQUE ", 0.2);
    const keys = unique
      ? `id, ${column}`
      : draw.pick([column, column, `${column}, id`, "(id + 1)"]);
    const comment = draw.maybe(`COMMENT ON INDEX ${name} IS 'why it''s there'`, 0.4);
    return [`CREATE ${unique}INDEX ${name} ${on} (${keys})`, comment];
  });
  const comments = table.columns.map(({ name }) =>
    draw.maybe(
      `COMMENT ON COLUMN ${quoted(table.name)}.${quoted(name)} IS ${quoteLiteral(`it's ${name}`)}`,
      0.3,
    ),
  );
  const whole = draw.maybe(`COMMENT ON TABLE ${quoted(table.name)} IS 'what; it is'`, 0.5);
  return [...indexes.flat(), ...comments, whole].filter(Boolean);
}

/** A value of the column, NULL at times. */
export function randomValue(draw: Draw, { type, isFilled }: RandomColumn): string {
  if (!isFilled && draw.chance(0.2)) return "NULL";
  const plain = Math.max(1, type.values.length - 2);
  return draw.chance(0.7) ? (type.values[draw.below(plain)] ?? "NULL") : draw.pick(type.values);
}

/** Names and values of a row, as an INSERT lists them. */
export function randomRow(
  draw: Draw,
  table: RandomTable,
  id: string,
): [names: string, values: string] {
  const { columns, parent } = table;
  const names = ["id", ...columns.map(({ name }) => quoted(name))];
  const values = [id, ...columns.map((column) => randomValue(draw, column))];
  if (parent !== null) {
    names.push("parent");
    values.push(draw.chance(0.2) ? "NULL" : String(draw.below(parent.idsBelow)));
  }
  return [names.join(", "), values.join(", ")];
}

function randomRows(draw: Draw, table: RandomTable): string[] {
  const into = `INSERT INTO ${quoted(table.name)}`;
  const hasKey = table.key === "primary" || table.key === "unique";
  const ids = Array.from({ length: draw.below(table.idsBelow) }, (_, index) =>
    String(hasKey ? (index * 7) % table.idsBelow : draw.below(table.idsBelow)),
  );
  const rows = ids.map((id) => {
    const [names, values] = randomRow(draw, table, id);
    return `${into} (${names}) VALUES (${values})`;
  });
  if (draw.chance(0.1)) {
    const [names, values] = randomRow(draw, { ...table, parent: null }, `i + ${BATCH_ID}`);
    rows.push(`${into} (${names}) SELECT ${values} FROM range(${BATCH_ROWS}) r(i)`);
  }
  // Holes in the row numbers, and rows that moved.
  const moved = draw.pick(table.columns);
  const where = `WHERE id % 5 = ${draw.below(5)}`;
  const change = `UPDATE ${quoted(table.name)} SET ${quoted(moved.name)} = ${randomValue(draw, moved)} ${where}`;
  return [
    ...rows,
    ...(draw.chance(0.3) ? [`DELETE FROM ${quoted(table.name)} WHERE id % 7 = 3`] : []),
    ...(draw.chance(0.3) ? [change] : []),
  ];
}

function randomViews(draw: Draw, tables: readonly RandomTable[]): string[] {
  const table = draw.pick(tables);
  const column = quoted(draw.pick(table.columns).name);
  const from = `FROM ${quoted(table.name)}`;
  const views = [
    `CREATE VIEW "all of it" AS SELECT * ${from}`,
    `CREATE VIEW groups AS SELECT ${column} AS value, count(*) AS n ${from} GROUP BY ALL`,
    `CREATE VIEW nested AS SELECT id FROM (SELECT id, ${column} ${from}) WHERE id > 3`,
  ];
  return views.filter(() => draw.chance(0.3));
}
