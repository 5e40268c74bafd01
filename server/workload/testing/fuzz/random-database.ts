import type { Draw } from "@/server/testing/fuzz/draw";

type Pool = readonly string[];

const DAYS: Pool = [
  ...["DATE '2020-01-01'", "DATE '2020-02-29'", "DATE '2019-12-31'", "DATE '2021-01-01'"],
  ...["DATE '2020-12-31'", "DATE '1969-12-31'", "DATE '2023-03-26'", "current_date - 30"],
];
const FAR_DAYS: Pool = [
  ...["DATE 'infinity'", "DATE '-infinity'", "DATE '0044-03-15 (BC)'"],
  ...["DATE '0099-01-01'", "DATE '12345-06-07'", "DATE '9999-12-31'", "DATE '280000-01-01'"],
];
const TIMES: Pool = [...["0", "1", "3600", "86399", "86399.999999", "7199.5", "43200"]];
const TEXTS: Pool = [
  ...["''", "'a'", "'A'", "'b'", "'ab'", "'aB'", "'abc'", "'a%'", "'é'", "'éa'"],
  ...["'1'", "'01'", "'007'", "'2020-01-01'", "'infinity'"],
];
const SMALL: Pool = ["0", "1", "2", "3", "5", "-1"];
const BIG: Pool = ["9007199254740992", "9007199254740993", "-9007199254740993", "1", "2", "3"];
const HUGE: Pool = ["170141183460469231731687303715884105727", "-5", "3", "0", "9007199254740993"];
const UUIDS: Pool = [
  "'00000000-0000-0000-0000-000000000000'",
  "'ffffffff-0000-4000-8000-0123456789ab'",
  "'0f0f0f0f-0000-4000-8000-0123456789ab'",
];

const day = (draw: Draw): string => draw.pick(draw.chance(0.08) ? FAR_DAYS : DAYS);
const instant = (draw: Draw): string =>
  draw.chance(0.2)
    ? `CAST(now() AS TIMESTAMP) - to_minutes(${draw.below(200) * 30})`
    : `CAST(${day(draw)} AS TIMESTAMP) + to_seconds(${draw.pick(TIMES)})`;

/** Columns of the tables: name, type, and values other than NULL. */
const COLUMNS = {
  a: ["INTEGER", (draw: Draw) => draw.pick(SMALL)],
  b: ["BIGINT", (draw: Draw) => draw.pick(BIG)],
  s: ["VARCHAR", (draw: Draw) => draw.pick(TEXTS)],
  d: ["DATE", day],
  ts: ["TIMESTAMP", instant],
  tz: ["TIMESTAMP WITH TIME ZONE", instant],
  sec: ["TIMESTAMP_S", instant],
  ms: ["TIMESTAMP_MS", instant],
  // Nanoseconds reach neither far nor infinite days.
  ns: ["TIMESTAMP_NS", (draw: Draw) => `CAST(${draw.pick(DAYS)} AS TIMESTAMP)`],
  x: ["DOUBLE", (draw: Draw) => draw.pick(["0.0", "-0.0", "1.5", "2.5", "'nan'::DOUBLE", "0.1"])],
  p: ["DECIMAL(12,2)", (draw: Draw) => draw.pick(["0", "1.10", "2.50", "-3.25"])],
  h: ["HUGEINT", (draw: Draw) => draw.pick(draw.chance(0.2) ? HUGE : SMALL)],
  u: ["UUID", (draw: Draw) => draw.pick(UUIDS)],
  f: ["BOOLEAN", (draw: Draw) => draw.pick(["true", "false"])],
  e: ["ENUM('a', 'b', 'c')", (draw: Draw) => draw.pick(["'a'", "'b'", "'c'"])],
  l: ["INTEGER[]", (draw: Draw) => draw.pick(["[1, 2]", "[1]", "[]", "[NULL]"])],
  i: ["INTERVAL", (draw: Draw) => draw.pick(["'30 days'", "'1 month'", "'24 hours'", "'1 day'"])],
} satisfies Record<string, readonly [string, (draw: Draw) => string]>;

type ColumnName = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as ColumnName[];
/** All columns of `t`, in another order. */
export const SHOWN = [...NAMES, "id"].reverse().join(", ");
const TABLES: readonly [name: string, columns: ColumnName[]][] = [
  ["t", NAMES],
  ["o", ["a", "b", "s", "d", "ts", "sec", "h", "p", "x"]],
];
const ZONES: Pool = [
  ...["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"],
  ...["Pacific/Apia", "Asia/Manila"],
];

/** Views that only show columns of `t`: all its rows, some, and under names of each other. */
const VIEWS: Pool = [
  "CREATE VIEW all_of_t AS SELECT * FROM t",
  `CREATE VIEW some_of_t AS SELECT ${SHOWN} FROM t WHERE a > 0`,
  `CREATE VIEW renamed_t (${SHOWN}) AS SELECT ${SHOWN.replace("sec, tz, ts", "ts, tz, sec")} FROM some_of_t`,
];

/** What all databases of a query share: tables, their constraints and indexes. */
export interface RandomSchema {
  statements: string[];
  /** Columns that are never NULL, as `table.column`. */
  filled: ReadonlySet<string>;
  hasUniqueId: boolean;
}

/** Two tables of all types, whose ids are a key or not; one of one column; a collated one; views. */
export function randomSchema(draw: Draw): RandomSchema {
  const filled = new Set<string>();
  const hasUniqueId = draw.chance(0.8);
  const statements = TABLES.flatMap(([table, columns]) => {
    const declared = columns.map((name) => {
      const isFilled = draw.chance(0.25);
      if (isFilled) filled.add(`${table}.${name}`);
      return `${name} ${COLUMNS[name][0]}${isFilled ? " NOT NULL" : ""}`;
    });
    const kind = hasUniqueId ? draw.pick(["PRIMARY KEY", "NOT NULL", "UNIQUE"]) : "";
    const create = `CREATE TABLE ${table} (id INTEGER ${kind}, ${declared.join(", ")})`;
    const isIndexed = kind === "NOT NULL" || (kind === "UNIQUE" && draw.chance(0.3));
    if (kind === "PRIMARY KEY" || kind === "NOT NULL") filled.add(`${table}.id`);
    return [create, ...(isIndexed ? [`CREATE UNIQUE INDEX by_id_${table} ON ${table} (id)`] : [])];
  });
  statements.push("CREATE TABLE z (one INTEGER)");
  statements.push("CREATE TABLE n (id INTEGER PRIMARY KEY, c VARCHAR COLLATE NOCASE)");
  statements.push(...VIEWS);
  return { statements, filled, hasUniqueId };
}

/** Statements that fill one database: a row each, so that a failing one can be made small. */
export function randomRows(draw: Draw, schema: RandomSchema): string[] {
  const value = (table: string, name: ColumnName): string =>
    !schema.filled.has(`${table}.${name}`) && draw.chance(0.2) ? "NULL" : COLUMNS[name][1](draw);
  const rows = TABLES.flatMap(([table, columns]) => {
    const count = draw.below(22);
    return Array.from({ length: count }, (_, index) => {
      const isKnown = schema.hasUniqueId || schema.filled.has(`${table}.id`);
      const id = isKnown ? (index * 7) % 23 : draw.below(6);
      const values = columns.map((name) => value(table, name));
      return `INSERT INTO ${table} VALUES (${[id, ...values].join(", ")})`;
    });
  });
  const ones = draw.list(0, 2, () => `INSERT INTO z VALUES (${draw.below(3)})`);
  const texts = Array.from(
    { length: draw.below(5) },
    (_, index) => `INSERT INTO n VALUES (${index}, ${draw.pick(TEXTS)})`,
  );
  return [`SET TimeZone = '${draw.pick(ZONES)}'`, ...rows, ...ones, ...texts];
}
