import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createShapeParser, parameterValues, type ShapeParser } from "@/server/workload";
import { openSession, type Session } from "../shadow";
import { readPlan } from "./read-plan";
import { withLiterals } from "./replay-text";

let parser: ShapeParser;
let session: Session;
beforeAll(async () => {
  parser = await createShapeParser();
  session = await openSession({
    ...{ file: ":memory:", threads: 1, signal: new AbortController().signal },
    prepare: [
      `CREATE TABLE t AS SELECT i::TINYINT AS tiny, i::INTEGER AS whole, i::BIGINT AS big, i::HUGEINT AS huge,
         (i / 4)::DECIMAL(20,2) AS amount, (i / 4)::DECIMAL(4,1) AS price, i / 4 AS ratio, (i / 4)::FLOAT AS single,
         'n' || i AS name, i % 2 = 0 AS flag, DATE '2020-01-01' + i::INTEGER AS day,
         TIMESTAMP '2020-01-01' + to_hours(i) AS ts, INTERVAL (i) DAY AS span, [i, i + 1] AS list,
         {'k': i} AS struct, md5(i::VARCHAR)::UUID AS id, encode('b' || i) AS bytes FROM range(100) r(i)`,
      "CREATE INDEX by_whole ON t (whole)",
    ],
  });
});
afterAll(() => {
  parser.close();
  session.close();
});

const NUMBERS = [
  ...["5", "-5", "0", "5.0", "2.5", "-2.5", "2.50", "2.555", "12345.0", "9007199254740993"],
  ...["5000000000", "170141183460469231731687303715884105727", "2.5e0", "5e0", "-1e3", "1e-7"],
];
const OPERATORS = ["=", "<>", "<", ">="];
const NUMERIC = ["tiny", "whole", "big", "huge", "amount", "price", "ratio", "single"];
const CONDITIONS = [
  ...NUMERIC.flatMap((column) =>
    OPERATORS.flatMap((sign) => NUMBERS.map((value) => `${column} ${sign} ${value}`)),
  ),
  ...NUMERIC.flatMap((column) => [
    `${column} BETWEEN 2.5 AND 9`,
    `${column} IN (1, 2.5, 3)`,
    `${column} IN (1, 2, 3)`,
    `${column} IN (1, 7, 30, 4, 5)`,
    `${column} NOT IN (1, 2.25, 3)`,
    `${column} * 1.10 < 3.30`,
    `${column} = '5'`,
    `${column} = NULL`,
    `-${column} = -5`,
    `${column} - -2.5 > 4`,
  ]),
  ...["name = 'n5'", "name = '5.0'", "name > 'n'", "name IN ('n1', 'n2', 'n3')", "flag = true"],
  ...["flag", "NOT flag", "flag IN (true, false)", "name LIKE 'n1%'", "name = NULL"],
  ...["day = DATE '2020-02-01'", "day = '2020-02-01'", "day > TIMESTAMP '2020-02-01 12:00:00'"],
  ...["day >= TIMESTAMPTZ '2020-02-01 12:00:00+02'", "ts < DATE '2020-01-03'", "ts = '2020-01-03'"],
  ...[
    "ts < TIMESTAMP '2020-01-03' - INTERVAL 1 DAY",
    "day < DATE '2020-02-01' + INTERVAL '1 month'",
  ],
  ...[
    "span > INTERVAL 3 DAY",
    "span = INTERVAL '3 days'",
    "id = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b'",
  ],
  ...[
    "bytes = '\\x62\\x31'::BLOB",
    "list_contains(list, 5)",
    "list_contains(list, 5.0)",
    "list = [1, 2]",
  ],
  ...["struct.k = 5", "struct.k = 5.0", "list[1] = 5", "contains(name, '1')", "whole % 10 = 2.0"],
  ...["sqrt((ratio - 2.5) ** 2 + (amount - 3.25) ** 2) < 0.75", "round(amount, 1) = 2.5"],
  ...["date_diff('day', day, DATE '2020-01-05') < 3", "substring(name, 2, 1) = '1'"],
  ...[
    "greatest(whole, 5.5) > 6",
    "coalesce(whole, 1.5) = 5",
    "CASE WHEN whole > 5.5 THEN 1 END = 1",
  ],
  ...[
    "whole = CAST('5' AS INTEGER)",
    "whole = 5::DOUBLE",
    "whole IN (SELECT x FROM (VALUES (1), (2.5)) v(x))",
  ],
];

test(`a replay has the plan and the rows of the text as sent, for ${CONDITIONS.length} conditions`, async () => {
  const differing: string[] = [];
  for (const condition of CONDITIONS) {
    const sql = `SELECT whole FROM t WHERE ${condition}`;
    const query = await parser.normalize(sql);
    const text = withLiterals(query.sql, parameterValues(query.parameters, []) ?? []);
    const [sent, replayed] = [await outcome(sql), await outcome(text)];
    if (!query.isParsed || sent !== replayed) differing.push(`${condition}\n${text}`);
  }
  expect(differing).toEqual([]);

  async function outcome(sql: string): Promise<string> {
    try {
      return `${await readPlan(session, sql)} ${JSON.stringify(await session.rows(sql))}`;
    } catch (error) {
      // What the text as sent cannot do, its replay must not do either.
      return `fails: ${String(error).split(":")[0]}`;
    }
  }
});

test("a plan is told apart by types, tables and constants, not by digits after the last", async () => {
  const plan = (condition: string) => readPlan(session, `SELECT name FROM t WHERE ${condition}`);
  expect(await plan("whole = 5.0")).toBe(await plan("whole = 5.00"));
  expect(await plan("whole = 5.0")).not.toBe(await plan("whole = 5"));
  expect(await plan("whole = 5.0")).not.toBe(await plan("whole = 50.0"));
  expect(await plan("amount = 1.05")).not.toBe(await plan("amount = 1.5"));
});

/** The demo product binds whole numbers as BIGINT, others as DOUBLE, texts as VARCHAR. */
test("a bound parameter is replayed by the plan it was run with", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection: DuckDBConnection = await instance.connect();
  await connection.run(
    "CREATE TABLE b AS SELECT i::INTEGER AS i, (i / 2)::DECIMAL(9,2) AS d FROM range(9) r(i)",
  );
  const filterOf = (json: unknown) => /"Filters":\s*"([^"]*)"/.exec(String(json))?.[1];
  for (const column of ["i", "d"]) {
    for (const value of [5, 2.5, "3"]) {
      const sql = `EXPLAIN (FORMAT json) SELECT * FROM b WHERE ${column} > $1`;
      const prepared = await connection.prepare(sql);
      if (typeof value === "string") prepared.bindVarchar(1, value);
      else if (Number.isInteger(value)) prepared.bindBigInt(1, BigInt(value));
      else prepared.bindDouble(1, value);
      const bound = (await prepared.runAndReadAll()).getRowsJson()[0]?.[1];
      prepared.destroySync();
      const replayed = (
        await connection.runAndReadAll(withLiterals(sql, [value]))
      ).getRowsJson()[0]?.[1];
      expect(filterOf(replayed), `${column} > ${value}`).toBe(filterOf(bound));
    }
  }
  connection.closeSync();
  instance.closeSync();
});

test("what is quoted holds no parameters, and lists lose only their padding", () => {
  expect(withLiterals(`SELECT "$1" FROM t WHERE a = '$1 IN ($1, $2)' AND b = $1`, ["x"])).toBe(
    `SELECT "$1" FROM t WHERE a = '$1 IN ($1, $2)' AND b = 'x'`,
  );
  expect(withLiterals("a IN ($1, $2, $3, $4)", [7, 8, 9, 9])).toBe("a IN (7, 8, 9)");
  expect(withLiterals("a IN ($1, CAST($2 AS DECIMAL(2,1)))", [7, "1.5"])).toBe(
    "a IN (7, CAST('1.5' AS DECIMAL(2,1)))",
  );
  expect(withLiterals("a IN ($1, $2)", [7])).toBe("a IN (7, $2)");
});
