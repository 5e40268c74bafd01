import type { TargetType } from "@/server/contracts";

/** A type of columns, values of it, and what the changes of a type may ask for. */
export interface ColumnType {
  sql: string;
  /** Expressions of values other than NULL: few, so that they repeat. The odd ones are last. */
  values: readonly string[];
  targets: readonly TargetType[];
  /** An expression that may stand as a column's default. */
  fallback?: string;
}

type PlainName = Exclude<TargetType["name"], "ENUM">;
const to = (...names: PlainName[]): TargetType[] => names.map((name) => ({ name }));
const among = (...values: string[]): TargetType => ({ name: "ENUM", values });

const WHOLE: ColumnType[] = [
  { sql: "TINYINT", values: ["0", "1", "5", "-1", "127"], targets: to("INTEGER") },
  {
    sql: "INTEGER",
    values: ["0", "1", "2", "5", "-1", "300"],
    targets: to("TINYINT", "SMALLINT", "BIGINT"),
    fallback: "5",
  },
  {
    sql: "BIGINT",
    values: ["1", "2", "3", "9007199254740993"],
    targets: to("INTEGER", "SMALLINT"),
    fallback: "nextval('ids')",
  },
  {
    sql: "HUGEINT",
    values: ["0", "3", "-5", "9007199254740993"],
    targets: to("BIGINT", "TINYINT"),
  },
  { sql: "UINTEGER", values: ["0", "1", "4294967295"], targets: to("BIGINT", "INTEGER") },
];

const FRACTIONS: ColumnType[] = [
  {
    sql: "DOUBLE",
    values: ["1.0", "1.5", "2.0", "0.0", "-0.0", "'nan'::DOUBLE", "'-inf'::DOUBLE"],
    targets: to("INTEGER", "BIGINT"),
  },
  { sql: "FLOAT", values: ["1.0", "0.1", "16777216.0", "-0.0"], targets: to("INTEGER") },
  {
    sql: "DECIMAL(12,2)",
    values: ["1.00", "2.50", "-3.25", "0"],
    targets: to("INTEGER"),
    fallback: "1.10",
  },
  { sql: "DECIMAL(38,10)", values: ["1", "0.0000000001", "-99999999.5"], targets: [] },
];

const TEXTS: ColumnType[] = [
  {
    sql: "VARCHAR",
    values: ["'a'", "'b'", "'A'", "'ab'", "''", "'it''s'", "'éa'", "'null'", "' a'"],
    targets: [among("", " a", "A", "a", "ab", "b", "it's", "null", "éa"), among("a", "b")],
    fallback: "'a'",
  },
  {
    sql: "VARCHAR",
    values: ["'2020-01-01'", "'2020-02-29'", "'1999-12-31'", "'infinity'", "'2020-1-5'"],
    targets: to("DATE", "TIMESTAMP"),
    fallback: "'2020-01-01'",
  },
  {
    sql: "VARCHAR",
    values: ["'2020-01-01 00:00:00'", "'2020-01-01 10:00:00.5'", "'2020-01-01'"],
    targets: to("TIMESTAMP", "DATE"),
  },
  {
    sql: "VARCHAR",
    values: [
      "'00000000-0000-0000-0000-000000000000'",
      "'0f0f0f0f-0000-4000-8000-0123456789ab'",
      "'0F0F0F0F-0000-4000-8000-0123456789AB'",
    ],
    targets: to("UUID"),
  },
  { sql: "VARCHAR", values: ["'1'", "'2'", "'-5'", "'007'"], targets: to("INTEGER", "BIGINT") },
  { sql: "VARCHAR COLLATE NOCASE", values: ["'a'", "'A'", "'b'"], targets: [among("A", "a", "b")] },
];

const TIMES: ColumnType[] = [
  {
    sql: "DATE",
    values: [
      "DATE '2020-01-01'",
      "DATE '2020-02-29'",
      "DATE '-infinity'",
      "DATE '0044-03-15 (BC)'",
    ],
    targets: to("TIMESTAMP"),
    fallback: "'2021-01-01'",
  },
  {
    sql: "TIMESTAMP",
    values: [
      "TIMESTAMP '2020-01-01 00:00:00'",
      "TIMESTAMP '2020-01-01 23:59:59.999999'",
      "TIMESTAMP 'infinity'",
    ],
    targets: to("DATE"),
    fallback: "'2021-01-01 00:00:00'",
  },
  {
    sql: "TIMESTAMP WITH TIME ZONE",
    values: ["TIMESTAMPTZ '2020-03-29 01:30:00+00'", "TIMESTAMPTZ '2020-10-25 00:30:00+00'"],
    targets: to("TIMESTAMP", "DATE"),
  },
  {
    sql: "TIMESTAMP_NS",
    values: ["TIMESTAMP_NS '2020-01-01 00:00:00.123456789'"],
    targets: to("TIMESTAMP"),
  },
  { sql: "TIME", values: ["TIME '10:00:00'", "TIME '24:00:00'", "TIME '00:00:00'"], targets: [] },
  {
    sql: "INTERVAL",
    values: ["INTERVAL 30 DAY", "INTERVAL 1 MONTH", "INTERVAL 720 HOUR"],
    targets: [],
  },
];

const OTHERS: ColumnType[] = [
  { sql: "BOOLEAN", values: ["true", "false"], targets: to("TINYINT"), fallback: "false" },
  {
    sql: "UUID",
    values: ["'00000000-0000-0000-0000-000000000000'", "'0f0f0f0f-0000-4000-8000-0123456789ab'"],
    targets: [],
  },
  { sql: "BLOB", values: ["'\\x00\\xFF'::BLOB", "''::BLOB", "'a'::BLOB"], targets: [] },
  { sql: "BIT", values: ["'0101'::BIT", "'1'::BIT"], targets: [] },
  {
    sql: "ENUM('a', 'b', 'c')",
    values: ["'a'", "'b'", "'c'"],
    targets: [among("a", "b", "c", "d")],
  },
  { sql: "INTEGER[]", values: ["[1, 2]", "[]", "[NULL]"], targets: [] },
  { sql: "INTEGER[2]", values: ["array_value(1, 2)", "array_value(0, NULL)"], targets: [] },
  {
    sql: "STRUCT(x INTEGER, y VARCHAR)",
    values: ["{'x': 1, 'y': 'a'}", "{'x': NULL, 'y': ''}"],
    targets: [],
  },
  { sql: "MAP(VARCHAR, INTEGER)", values: ["MAP {'a': 1}", "MAP {}"], targets: [] },
  { sql: "JSON", values: ["'{\"a\": 1}'", "'[]'", "'null'"], targets: [] },
];

/** Every type that a random table may have, common ones several times. */
export const COLUMN_TYPES: readonly ColumnType[] = [
  ...WHOLE,
  ...WHOLE,
  ...TEXTS,
  ...TEXTS,
  ...TIMES,
  ...FRACTIONS,
  ...OTHERS,
];
