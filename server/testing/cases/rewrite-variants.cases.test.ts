import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import {
  openRewriteDatabase,
  type RewriteDatabase,
} from "@/server/workload/testing/rewrite-database";
import { rulesOffered, rulesOn } from "./offered-rules";

const SETUP = [
  "SET TimeZone = 'Asia/Tokyo'",
  `CREATE TABLE ev AS SELECT i AS id, i % 7 AS k, 'n' || (i % 5) AS nm,
     TIMESTAMP '2022-12-28 03:17:00' + to_minutes(i * 97) AS ts,
     CAST(TIMESTAMP '2022-12-28 03:17:00' + to_minutes(i * 97) AS TIMESTAMP_S) AS ts_s,
     CAST(TIMESTAMP '2022-12-28 03:17:00' + to_minutes(i * 97) AS TIMESTAMP_MS) AS ts_ms,
     CAST(TIMESTAMP '2022-12-28 03:17:00' + to_minutes(i * 97) AS TIMESTAMP WITH TIME ZONE) AS tz,
     DATE '2022-12-28' + CAST(i AS INTEGER) % 500 AS d
   FROM range(6000) r(i)`,
  `INSERT INTO ev VALUES (-1, 1, 'n1', 'infinity', 'infinity', 'infinity', 'infinity', 'infinity'),
     (-2, 2, NULL, '-infinity', '-infinity', '-infinity', '-infinity', '-infinity'),
     (-3, 3, 'n3', NULL, NULL, NULL, NULL, NULL),
     (-4, 4, 'n4', '1969-12-31 23:30:00', '1969-12-31 23:30:00', '1969-12-31 23:30:00', '1969-12-31 23:30:00', '1969-12-31')`,
  "CREATE TABLE kinds (k BIGINT, label VARCHAR)",
  "INSERT INTO kinds SELECT i, 'l' || i FROM range(7) r(i)",
  "CREATE SCHEMA raw",
  "CREATE TABLE raw.ev (id BIGINT, ts DOUBLE, nm VARCHAR)",
  "CREATE VIEW late AS SELECT id, ts AS seen, nm FROM ev WHERE id >= 0",
  "CREATE VIEW later AS SELECT seen AS moment, id FROM late",
  "CREATE TABLE one (id INTEGER NOT NULL, v VARCHAR)",
  "INSERT INTO one SELECT i, 'v' || i FROM range(50) r(i)",
  "CREATE UNIQUE INDEX one_id ON one (id)",
];
const VIEWS = [
  { name: "later", sql: "CREATE VIEW later AS SELECT seen AS moment, id FROM late" },
  { name: "late", sql: "CREATE VIEW late AS SELECT id, ts AS seen, nm FROM ev WHERE id >= 0" },
];

let parser: ShapeParser;
let db: RewriteDatabase;
beforeAll(async () => {
  parser = await createShapeParser();
  db = await openRewriteDatabase(SETUP);
});
afterAll(() => {
  db.close();
  parser.close();
});
const offered = (sql: string) => rulesOn(parser, db, sql, VIEWS);
const where = (condition: string) => `SELECT id FROM ev WHERE ${condition}`;

describe("the range of the column stands beside (cases 05, 17, 24, 28)", () => {
  test.each([
    ...["YEAR(ts) = 2023", "EXTRACT(year FROM ts) = 2023", "2023 = date_part('YEAR', ts)"],
    ...["year(ts) IN (2022, '2023')", "year(ts) BETWEEN '2022' AND 2023.5", "year(ts_s) = 2023"],
    ...[
      "year(ts_ms) >= 2023",
      "year(CAST(ts AS DATE)) = 2023",
      "year(ts AT TIME ZONE 'UTC') = 2023",
    ],
    ...["strftime(ts, '%Y/%m/%d') = '2023/01/05'", "strftime(ts, '%d.%m.%Y') = '05.01.2023'"],
    ...["strftime(CAST(ts AS DATE), '%Y-%m') = '2023-01'", "strftime(tz, '%Y-%m') = '2023-01'"],
    ...["epoch_ms(ts) >= 1672531500000", "epoch(tz) < 1672531500", "epoch_us(ts) > 1.6725315e15"],
    ...["CAST(ts AS DATE) IN (DATE '2023-01-01', DATE '2023-01-02')", "ts::DATE = current_date"],
    ...["CAST(ts AS DATE) BETWEEN '2023-01-01' AND '2023-01-03'", "tz::DATE = DATE '2023-01-05'"],
    ...["CAST(date_trunc('month', ts) AS DATE) = DATE '2023-01-01'", "last_day(ts) = '2023-01-31'"],
    ...["date_trunc('day', ts) IN (DATE '2023-01-01', DATE '2023-01-02')"],
    ...["date_trunc('week', tz AT TIME ZONE 'Europe/Berlin') = TIMESTAMP '2023-01-02'"],
    ...["CAST(tz AT TIME ZONE 'UTC' AS DATE) = DATE '2023-01-05'"],
    ...["tz AT TIME ZONE 'America/New_York' >= TIMESTAMP '2023-01-05 10:00:00'"],
    ...["ts AT TIME ZONE 'UTC' > now() - INTERVAL 1200 DAY", "CAST(ts AS TIMESTAMPTZ) < now()"],
    ...["ts >= CURRENT_TIMESTAMP - INTERVAL '3 years'", "now() - INTERVAL 1200 DAY < ts"],
    ...["ts BETWEEN now() - INTERVAL 1500 DAY AND now() - INTERVAL 10 DAY"],
    ...["ts > TIMESTAMPTZ '2023-01-05 00:00:00+00'", "ts > to_timestamp(1672531500)"],
    ...["ts + INTERVAL '7 days' > TIMESTAMP '2023-02-01'", "ts - INTERVAL 1 MONTH <= '2023-01-28'"],
    ...[
      "INTERVAL 2 YEAR + ts < TIMESTAMP '2025-02-28'",
      "date_add(ts, INTERVAL 7 DAY) > '2023-02-01'",
    ],
    ...["ts + INTERVAL '1 month 3 days' > TIMESTAMP '2023-03-31'"],
    ...["DATE '2023-02-01' - CAST(ts AS DATE) <= 7", "DATE '2023-02-01' - d BETWEEN 3 AND 9"],
    ...[
      "date_diff('day', ts, TIMESTAMP '2023-02-01') < 7",
      "datediff('month', d, DATE '2023-03-01') = 1",
    ],
    ...["date_diff('hour', TIMESTAMP '2023-01-01', ts) BETWEEN 5 AND 50"],
    ...["date_diff('week', tz, TIMESTAMPTZ '2023-02-01 00:00:00+09') <= 2.5"],
    ...[
      "date_diff('hour', ts, TIMESTAMP '1970-01-01 00:30:00') = 0",
      "date_diff('year', ts, '2024-01-01'::DATE) > 0",
    ],
    ...["strftime(ts, '%Y%m%d') IN ('20230101', 'infinity')", "year(ts) = 2023 AND month(ts) = 1"],
  ])("%s", async (condition) => {
    expect(await offered(where(condition))).toContain("sargable_predicate");
  });

  test.each([
    "SELECT kinds.label, count(*) AS c FROM ev JOIN kinds ON ev.k = kinds.k AND year(ev.ts) = 2023 GROUP BY kinds.label",
    "SELECT count(*) AS c FROM main.ev WHERE year(ts) = 2023",
    'SELECT count(*) AS c FROM "EV" AS "E" WHERE year("E"."TS") = 2023',
    "WITH q AS (SELECT * FROM ev WHERE k > 2) SELECT count(*) AS c FROM q WHERE year(ts) = 2023",
    "SELECT count(*) AS c FROM (SELECT id, ts AS seen FROM ev) q WHERE q.seen::DATE >= '2023-03-01'",
    "SELECT count(*) AS c FROM late WHERE year(seen) = 2023",
    "SELECT count(*) AS c FROM later l JOIN kinds USING (id)".replace(
      "kinds USING (id)",
      "kinds ON l.id = kinds.k WHERE year(l.moment) = 2023",
    ),
    "SELECT k FROM kinds WHERE k IN (SELECT e.k FROM ev e WHERE year(e.ts) = 2022)",
    "SELECT id FROM ev WHERE year(ts) = 2022 UNION ALL SELECT id FROM ev WHERE k = 3",
  ])("wherever the column comes from: %s", async (sql) => {
    expect(await offered(sql)).toContain("sargable_predicate");
  });

  test.each([
    ...["ts >= DATE '2023-01-01'", "ts > now()::TIMESTAMP", "ts > (now() AT TIME ZONE 'UTC')"],
    ...["month(ts) = 1", "strftime(ts, '%H') = '10'", "TRY_CAST(ts AS DATE) >= '2023-01-01'"],
    ...["tz > now() - INTERVAL 1 HOUR", "date_trunc('month', ts) = DATE '2023-01-01'"],
    ...["CAST(ts AS VARCHAR) LIKE '2023-01%'", "year(ts) = k", "year(ts) <> 2023"],
    ...["NOT year(ts) = 2023", "year(ts) = 2023 OR k = 3"],
  ])("but not of %s", async (condition) => {
    expect(await offered(where(condition))).not.toContain("sargable_predicate");
  });

  test.each([
    "SELECT count(*) AS c FROM ev LEFT JOIN kinds ON ev.k = kinds.k AND year(ev.ts) = 2023",
    "SELECT count(*) AS c FROM raw.ev WHERE epoch(to_timestamp(ts)) = 2023",
    "WITH ev AS (SELECT 1 AS id, 2023 AS ts) SELECT id FROM ev WHERE year(make_date(ts, 1, 1)) = 2023",
    "SELECT q.y FROM (SELECT year(ts) AS y FROM ev) q WHERE q.y = 2023",
  ])("nor where it is another column: %s", async (sql) => {
    expect(await offered(sql)).not.toContain("sargable_predicate");
  });
});

describe("equalities joined by OR become a list (case 27)", () => {
  test.each([
    ...[
      "nm = 'n1' OR nm = 'n2' OR nm = 'n3'",
      "'n1' = nm OR nm = 'n2'",
      "(id = 5 OR id = 6) AND k > 1",
    ],
    ...["id = 5 OR id IN (6, 7)", "id = 5 OR (id = 6 OR id = 7)", "ev.id = 5 OR EV.ID = 6"],
  ])("%s", async (condition) => {
    expect(await offered(where(condition))).toContain("or_to_in");
  });
  test("in the ON of an inner join", async () => {
    const sql = "SELECT ev.id FROM kinds JOIN ev ON ev.k = kinds.k AND (ev.id = 5 OR ev.id = 6)";
    expect(await offered(sql)).toEqual(["or_to_in"]);
  });
  test.each([
    ...["id = 5 OR k = 6", "id = 5 OR id > 6", "id = 5 OR id IS NULL", "id = 5 OR id = 6.5"],
    ...[
      "id = 5 OR nm = 'n1' OR id = 6",
      "id = k OR id = 5",
      "nm = 'n1' COLLATE NOCASE OR nm = 'n2'",
    ],
  ])("but not %s", async (condition) => {
    expect(await offered(where(condition))).toEqual([]);
  });
});

describe("an order that something takes stays (cases 07, 08)", () => {
  test.each([
    "SELECT max(z.nm COLLATE NOCASE) AS m FROM (SELECT * FROM ev ORDER BY id DESC) z",
    "SELECT count(*) AS c, json_group_array(z.id) AS l FROM (SELECT * FROM ev WHERE id < 9 ORDER BY id DESC) z",
    "SELECT kinds.k, sum(z.k) AS m FROM kinds ASOF LEFT JOIN (SELECT * FROM ev ORDER BY nm) z ON kinds.k >= z.id GROUP BY ALL",
    "SELECT string_agg(z.nm, ',') AS m FROM (SELECT * FROM ev WHERE id < 20 ORDER BY ts) z",
    "SELECT max(z.ts) AS m FROM (SELECT * FROM raw.ev ORDER BY id) z",
    "SELECT count(*) AS c FROM (SELECT * FROM ev ORDER BY ts LIMIT 5) z",
  ])("%s", async (sql) => {
    expect(await offered(sql)).toEqual([]);
  });
  test("one that nothing takes is dropped", async () => {
    const sql = "SELECT count(*) AS c, max(z.k) AS m FROM (SELECT * FROM main.ev ORDER BY ts) z";
    expect(await offered(sql)).toEqual(["drop_order_by"]);
  });
});

describe("what DuckDB refuses, or answers otherwise, is not written (cases 09, 18, 29)", () => {
  const sum = "(SELECT sum(e.id) FROM ev e WHERE e.k = kinds.k) AS s";
  test.each([
    `SELECT kinds.k, ${sum} FROM kinds, one`,
    `SELECT kinds.k, ${sum} FROM one CROSS JOIN kinds`,
    `SELECT kinds.k, ${sum} FROM kinds JOIN one ON true`,
    `SELECT kinds.k, ${sum} FROM (kinds CROSS JOIN one) JOIN one o ON o.id = kinds.k`,
    `SELECT kinds.k, ${sum} FROM kinds, LATERAL (SELECT kinds.k + 1 AS n) l`,
  ])("%s", async (sql) => {
    expect(await offered(sql)).not.toContain("decorrelate_subquery");
  });
  test("a join by columns may stand before", async () => {
    const sql = `SELECT kinds.k, ${sum} FROM kinds JOIN one ON one.id = kinds.k`;
    expect(await offered(sql)).toContain("decorrelate_subquery");
  });

  test.each([
    "< 9223372036854775808",
    "<= 1e18",
    "<= 2.5",
    "= 0",
    "<= -1",
    "BETWEEN 1 AND 9223372036854775807",
  ])("a number of rows %s", async (bound) => {
    const sql = `SELECT id, row_number() OVER (ORDER BY id) AS rn FROM ev QUALIFY rn ${bound}`;
    await offered(sql);
  });

  test.each([
    "SELECT count(*) AS c FROM (SELECT DISTINCT x.id, v FROM one AS x) q",
    "SELECT count(DISTINCT id) AS c FROM main.one",
    "WITH q AS (SELECT DISTINCT * FROM one) SELECT count(*) AS c FROM q",
  ])("a unique index is a key: %s", async (sql) => {
    expect(await offered(sql)).toContain("drop_distinct");
  });
  test.each([
    "SELECT count(*) AS c FROM (SELECT DISTINCT v FROM one) q",
    "SELECT count(*) AS c FROM (SELECT DISTINCT one.id FROM one JOIN ev ON one.id = ev.k) q",
    "SELECT json_group_array(q.id) AS l FROM (SELECT DISTINCT id, v FROM one) q",
  ])("but %s searches for duplicates, or takes the order", async (sql) => {
    expect(await offered(sql)).not.toContain("drop_distinct");
  });
});

// Of an empty table DuckDB computes no subquery; beside a join it did, and failed.
describe("subqueries beside each other, of an empty table", () => {
  const setup = [
    "CREATE TABLE t (id INTEGER, a INTEGER, s VARCHAR)",
    "CREATE TABLE o (id INTEGER, a INTEGER, s VARCHAR, h HUGEINT)",
    "INSERT INTO o VALUES (1, 5, 'b', 170141183460469231731687303715884105727), (2, 5, 'b', 5)",
  ];
  const counted = "SELECT t.id AS i, (SELECT count(*) FROM o WHERE o.a = t.a) AS v";
  test.each([
    `${counted}, (SELECT max(CAST(o.s AS INTEGER)) FROM o WHERE o.s = t.s) AS v2 FROM t`,
    `${counted}, (SELECT sum(o.h) FROM o WHERE o.s = t.s) AS v2 FROM t`,
    `SELECT q.v FROM (${counted} FROM t) q WHERE q.i IN (SELECT CAST(o.s AS INTEGER) FROM o WHERE o.a = q.v)`,
  ])("one that may fail keeps the other as it is: %s", async (sql) => {
    expect(await rulesOffered(parser, setup, sql)).not.toContain("decorrelate_subquery");
  });
  test("two that cannot fail become two joins", async () => {
    const sql = `${counted}, (SELECT max(o.id) FROM o WHERE o.s = t.s) AS v2 FROM t`;
    expect(await rulesOffered(parser, setup, sql)).toContain("decorrelate_subquery");
  });
});
