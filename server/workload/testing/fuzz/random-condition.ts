import type { Draw } from "@/server/testing/fuzz/draw";

const INSTANTS = [
  ...[
    "2020-01-01",
    "2020-02-29",
    "2019-12-31 23:59:59.999999",
    "2020-01-01 12:00:00",
    "2021-01-01",
  ],
  ...["1969-12-31 23:59:59.5", "2023-03-26 01:30:00", "infinity", "-infinity", "12345-01-01"],
];
const DAYS = ["2020-01-01", "2020-02-29", "2019-12-31", "2021-01-01", "1969-12-31", "infinity"];
const COMPARISONS = ["=", "=", "<", "<=", ">", ">=", "<>"];

const interval = (draw: Draw): string =>
  draw.pick([
    `INTERVAL ${1 + draw.below(40)} ${draw.pick(["DAY", "HOUR", "MINUTE", "WEEK", "MONTH", "SECOND"])}`,
    `INTERVAL '${1 + draw.below(3)} ${draw.pick(["days", "months", "hours"])}'`,
    `to_days(${draw.below(400)})`,
  ]);

const now = (draw: Draw): string =>
  draw.pick([
    `now() - INTERVAL ${draw.below(100)} HOUR`,
    `current_timestamp - INTERVAL ${draw.below(100)} HOUR`,
    "now()",
    "date_trunc('day', now())",
    "date_trunc('month', now() - INTERVAL 1 DAY)",
    `TIMESTAMPTZ '${draw.pick(INSTANTS)}'`,
    `CAST('${draw.pick(INSTANTS)}' AS TIMESTAMPTZ)`,
  ]);

const instant = (draw: Draw): string =>
  draw.pick([
    `'${draw.pick(INSTANTS)}'`,
    `TIMESTAMP '${draw.pick(INSTANTS)}'`,
    `DATE '${draw.pick(DAYS)}'`,
    `DATE '${draw.pick(DAYS)}' + ${interval(draw)}`,
    "current_date",
    `current_date - INTERVAL ${draw.below(50)} DAY`,
    `make_date(2020, ${1 + draw.below(12)}, 1)`,
    now(draw),
    "NULL",
  ]);

const day = (draw: Draw): string =>
  draw.pick([
    `'${draw.pick(DAYS)}'`,
    `DATE '${draw.pick(DAYS)}'`,
    `current_date - ${draw.below(40)}`,
    instant(draw),
  ]);

const year = (draw: Draw): string =>
  draw.pick([
    "2020",
    "2019",
    "2021",
    "1969",
    "'2020'",
    "2020.5",
    "2020.0",
    "-44",
    "300000",
    "NULL",
  ]);

const FORMATS = [
  ...["%Y", "%Y-%m", "%Y-%m-%d", "%Y%m%d", "%Y%m", "%d.%m.%Y", "%m/%Y", "%Y/%m/%d", "%Y-%m-%d %H"],
  ...["%Y-%m-%d %H:%M:%S", "%m", "%H:%M", "%y", "%d%m%Y", "%Y-%j"],
];
const WRITTEN = [
  ...["2020", "2020-01", "2020-1", "2020-01-01", "20200101", "202001", "01.01.2020", "01/2020"],
  ...["2020/01/01", "2020-01-01 00", "2020-02-29", "2019", " 2020", "20", "99999", "infinity"],
  ...["-infinity", "epoch", "12345", "12345-06", "x", "", "2020-13", "0099", "-44"],
];

const text = (draw: Draw): string =>
  draw.chance(0.9) ? `'${draw.pick(WRITTEN)}'` : draw.pick(["2020", "lower('2020-01')", "NULL"]);

const unit = (draw: Draw): string =>
  draw.pick(["day", "month", "year", "quarter", "week", "hour", "decade", "MONTH", "century"]);

/** What is computed of a column, and the values it is compared with. */
type Tested = readonly [
  tested: (column: string, draw: Draw) => string,
  value: (draw: Draw) => string,
];

const seconds = (draw: Draw): string =>
  draw.pick([
    "1577836800",
    "1582934400",
    "1609459200.5",
    "-0.5",
    "0",
    "'1577836800'",
    "1e30",
    "NULL",
  ]);

/** An instant or day that says of which type it is. */
const typed = (draw: Draw): string =>
  draw.pick([
    `TIMESTAMP '${draw.pick(INSTANTS)}'`,
    `DATE '${draw.pick(DAYS)}'`,
    `TIMESTAMPTZ '${draw.pick(INSTANTS)}'`,
    "now()",
    "current_date",
  ]);

/** Between times with a zone that lie far apart, DuckDB 1.5.6 ends with a fatal error. */
const withoutZones = (sql: string): string =>
  sql
    .replaceAll("TIMESTAMPTZ", "TIMESTAMP")
    .replaceAll("now()", "current_date")
    .replace(/ AT TIME ZONE '[^']*'/g, "")
    .replace(/\btz\b/g, "ts");

const zone = (draw: Draw): string =>
  `'${draw.pick(["UTC", "Europe/Berlin", "Asia/Manila", "America/Metlakatla"])}'`;

const count = (draw: Draw): string =>
  draw.pick(["0", "1", "7", "-3", "2.5", "'30'", "400", "1e12", "NULL"]);

/** A day of the column, or the column in another zone. */
const moved = (column: string, draw: Draw): string =>
  draw.pick([
    `CAST(${column} AS DATE)`,
    `CAST(${column} AS TIMESTAMP)`,
    `CAST(${column} AS TIMESTAMPTZ)`,
    `(${column} AT TIME ZONE ${zone(draw)})`,
    `CAST(${column} AT TIME ZONE ${zone(draw)} AS DATE)`,
    `date_trunc('${unit(draw)}', ${column})`,
    `last_day(${column})`,
  ]);

/** A DATE that is no column. */
const fixedDay = (draw: Draw): string =>
  draw.pick([`DATE '${draw.pick(DAYS)}'`, "current_date", "today()", "make_date(2020, 3, 1)"]);

const TESTED: readonly Tested[] = [
  [(c, draw) => moved(moved(c, draw), draw), instant],
  [(c, draw) => `${fixedDay(draw)} - CAST(${c} AS DATE)`, count],
  [(c, draw) => `datetrunc('${unit(draw)}', ${c})`, instant],
  [(c) => `datepart('years', ${c})`, year],
  [moved, instant],
  [moved, day],
  [(c, draw) => `year(${moved(c, draw)})`, year],
  [(c, draw) => `strftime(${moved(c, draw)}, '${draw.pick(FORMATS)}')`, text],
  [(c, draw) => `date_trunc('${unit(draw)}', ${moved(c, draw)})`, instant],
  [(c, draw) => `CAST(date_trunc('${unit(draw)}', ${c}) AS DATE)`, day],
  [(c, draw) => `${interval(draw)} + ${moved(c, draw)}`, instant],
  [(c, draw) => `date_add(${c}, ${interval(draw)})`, instant],
  [(c, draw) => withoutZones(`date_diff('${unit(draw)}', ${c}, ${typed(draw)})`), count],
  [
    (c, draw) => withoutZones(`datediff('${unit(draw)}', ${typed(draw)}, ${moved(c, draw)})`),
    count,
  ],
  [(c) => `year(${c})`, year],
  [(c) => `extract(year FROM ${c})`, year],
  [(c, draw) => `date_part('${draw.pick(["year", "y", "epoch", "month"])}', ${c})`, year],
  [(c) => `epoch(${c})`, seconds],
  [(c) => `epoch_ms(${c})`, (draw) => draw.pick(["1577836800000", "0", "-1", "1582934400000.5"])],
  [(c) => `epoch_us(${c})`, (draw) => draw.pick(["1577836800000000", "0", "9223372036854775807"])],
  [(c) => `CAST(${c} AS DATE)`, day],
  [(c) => `CAST(${c} AS DATE)`, day],
  [(c, draw) => `date_trunc('${unit(draw)}', ${c})`, instant],
  [(c, draw) => `time_bucket(${interval(draw)}, ${c})`, instant],
  [(c, draw) => `time_bucket(${interval(draw)}, ${c}, ${interval(draw)})`, instant],
  [(c, draw) => `time_bucket(${interval(draw)}, ${c}, TIMESTAMP '${draw.pick(DAYS)}')`, instant],
  [(c, draw) => `strftime(${c}, '${draw.pick(FORMATS)}')`, text],
  [(c, draw) => `strftime(${c}, '${draw.pick(FORMATS)}')`, text],
  [(c, draw) => `strftime('${draw.pick(FORMATS)}', ${c})`, text],
  [(c, draw) => `${c} ${draw.pick(["+", "-"])} ${interval(draw)}`, instant],
  [(c) => c, now],
  [(c) => c, instant],
  [(c) => `now() - ${c}`, interval],
  [(c, draw) => `TIMESTAMP '${draw.pick(INSTANTS)}' - ${c}`, interval],
];

const PREFIXES = [
  "substr(s, 1, 1)",
  "substring(s, 1, 2)",
  "left(s, 1)",
  "left(s, 2)",
  "substr(s, 2, 1)",
];
const prefix: Tested = [
  (_, draw) => draw.pick(PREFIXES),
  (draw) => draw.pick(["'a'", "'ab'", "''", "'A'", "'é'", "1", "'1'", "'0'", "'a' COLLATE NOCASE"]),
];

/** A condition on one of a table's dates or times that computes with it. */
export function computedCondition(draw: Draw, alias: string): string {
  const [test, value] = draw.chance(0.1) ? prefix : draw.pick(TESTED);
  const column = `${alias}${draw.pick(["ts", "ts", "d", "tz", "sec", "ms", "ns"])}`;
  const tested = test(column, draw);
  const form = draw.below(10);
  if (form === 0) return `${tested} BETWEEN ${value(draw)} AND ${value(draw)}`;
  if (form <= 2) return `${tested} IN (${draw.list(1, 5, () => value(draw)).join(", ")})`;
  if (form === 3) return `${value(draw)} ${draw.pick(COMPARISONS)} ${tested}`;
  const condition = `${tested} ${draw.pick(COMPARISONS)} ${value(draw)}`;
  return draw.chance(0.05) ? `NOT (${condition})` : condition;
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  a: ["1", "2", "3", "NULL", "2.5", "'1'"],
  b: ["9007199254740992", "9007199254740993", "1", "2", "1e0", "2.0"],
  h: ["3", "0", "170141183460469231731687303715884105727", "-5"],
  s: ["'a'", "'ab'", "''", "'A'", "NULL", "'%'"],
  d: ["DATE '2020-01-01'", "'2020-02-29'", "DATE 'infinity'", "current_date"],
  ts: ["TIMESTAMP '2020-01-01'", "'2020-01-01'", "TIMESTAMP 'infinity'"],
  u: ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-0000-4000-8000-0123456789ab'"],
  p: ["1.10", "2.5", "0", "1"],
  x: ["0.0", "-0.0", "1.5"],
  f: ["true", "false"],
  e: ["'a'", "'b'"],
  id: ["1", "2", "7", "14"],
};

/** Equalities joined by OR, mostly of one column. */
export function alternatives(draw: Draw, alias: string): string {
  const name = draw.pick(Object.keys(VALUES));
  const values = VALUES[name] ?? [];
  const column = `${alias}${name}`;
  const one = (): string =>
    draw.pick([
      `${column} = ${draw.pick(values)}`,
      `${column} = ${draw.pick(values)}`,
      `${draw.pick(values)} = ${column}`,
      `${column} IN (${draw.list(1, 3, () => draw.pick(values)).join(", ")})`,
    ]);
  const parts = draw.list(2, 4, one);
  return `(${parts.join(" OR ")}${draw.maybe(` OR ${alias}id IS NULL`, 0.1)})`;
}

/** A condition of no rule's. */
export const plainCondition = (draw: Draw, alias: string): string =>
  draw.pick([
    `${alias}a > ${draw.below(3)}`,
    `${alias}a IS NOT NULL`,
    `${alias}s LIKE 'a%'`,
    `${alias}d >= DATE '2020-01-01'`,
    `${alias}ts < '2020-12-31'`,
    `${alias}a + 1 > 1 OR ${alias}id < 5`,
  ]);
