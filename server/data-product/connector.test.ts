import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startTestProduct, TEST_ROWS, type TestProduct } from "@/demo/testing/start-test-product";
import { CONNECTOR_VERSION } from "@/server/contracts";
import { describeConformance } from "./connector-conformance";

let demo: TestProduct;
beforeAll(async () => {
  demo = await startTestProduct();
});
afterAll(() => demo.close());

describe("the connector keeps the port's guarantees", () => {
  describeConformance({
    product: () => demo.product,
    table: "projects",
    dir: () => demo.dataDir,
  });
});

test.each([
  ["a good answer", "/connector/schema", "good-token", 200],
  ["a refusal", "/connector/schema", "bad-token", 401],
  ["an unknown route", "/connector/none", "good-token", 404],
  ["the contract itself", "/connector/openapi.json", null, 200],
])("%s names the version of the contract", async (_, path, token, status) => {
  const response = await demo.call("GET", path, undefined, token);
  expect(response.status).toBe(status);
  expect(response.headers.get("x-connector-version")).toBe(CONNECTOR_VERSION);
});

test("a caller of another major version is refused, whatever it asks", async () => {
  for (const version of ["2.0", "0", "one"]) {
    const headers = { authorization: "Bearer good-token", "x-connector-version": version };
    const response = await fetch(new URL("/connector/schema", demo.url), { headers });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: "unsupported_version",
      detail: expect.stringContaining(CONNECTOR_VERSION),
    });
  }
});

const query = (sql: string, more: Record<string, unknown> = {}) =>
  demo.call("POST", "/connector/query", { sql, ...more });

test.each([
  ["a write", "INSERT INTO portfolios SELECT * FROM portfolios"],
  ["DDL", "CREATE TABLE sneaky (a INTEGER)"],
  ["PRAGMA", "PRAGMA database_list"],
  ["SET", "SET enable_external_access = true"],
  ["COPY", "COPY projects TO '/tmp/sneaky.csv'"],
  ["ATTACH", "ATTACH ':memory:' AS other"],
  ["CALL", "CALL pragma_version()"],
  ["two statements", "SELECT 1; DROP TABLE projects"],
  ["a file read", "SELECT * FROM read_text('/etc/passwd')"],
  ["a file read in a subquery", "SELECT 1 WHERE EXISTS (SELECT * FROM read_csv('/etc/passwd'))"],
  ["a file as a table", "SELECT * FROM '/etc/passwd.csv'"],
  ["a directory listing", "SELECT * FROM glob('/etc/*')"],
  ["a checkpoint by SELECT", "SELECT * FROM force_checkpoint()"],
  ["SQL in a function's text", "SELECT * FROM query('SELECT * FROM _sidecar_operations')"],
  ["the book-keeping", "SELECT * FROM _sidecar_operations"],
  ["the book-keeping by schema", 'SELECT * FROM main."_SIDECAR_operations"'],
  ["broken SQL", "SELEC 1"],
  ["an unknown table", "SELECT * FROM no_such_table"],
  ["settings", "SELECT * FROM duckdb_settings()"],
  ["one setting", "SELECT current_setting('memory_limit')"],
  [
    "one setting in a condition",
    "SELECT 1 FROM projects WHERE main.current_setting('threads') = '1'",
  ],
  ["one setting in a window", "SELECT max(current_setting('threads')) OVER () FROM range(1)"],
  ["PostgreSQL's view of settings", "SELECT * FROM pg_settings"],
  ["PostgreSQL's catalog", "SELECT * FROM pg_catalog.pg_class"],
  ["SQLite's catalog", "SELECT * FROM sqlite_master"],
  ["DuckDB's catalog", "SELECT * FROM duckdb_tables"],
  ["DuckDB's catalog by name", 'SELECT * FROM system.main."DUCKDB_TABLES"'],
  ["DuckDB's catalog by function", "SELECT * FROM duckdb_tables()"],
  ["the standard's catalog", "SELECT * FROM information_schema.tables"],
  [
    "a catalog that a query of its name hides",
    "WITH duckdb_tables AS (SELECT * FROM duckdb_tables) FROM duckdb_tables",
  ],
  [
    "a catalog beside a query of its name",
    "SELECT * FROM (WITH pg_class AS (SELECT 1) FROM pg_class), pg_class",
  ],
  ["a PRAGMA as a function", "SELECT * FROM pragma_table_info('projects')"],
  ["the database's files", "SELECT * FROM pragma_database_list"],
  ["SHOW", "SHOW ALL TABLES"],
  ["SHOW in a subquery", "SELECT * FROM (SHOW TABLES)"],
  ["DESCRIBE", "SELECT * FROM (DESCRIBE projects)"],
  ["SUMMARIZE", "SUMMARIZE projects"],
  ["a table by a computed name", "SELECT * FROM query_table('_side' || 'car_operations')"],
  ["a function in a CTE", "WITH a AS (SELECT * FROM glob('/etc/*')) SELECT * FROM a"],
  ["a function after LATERAL", "SELECT * FROM projects, LATERAL (SELECT getvariable('x'))"],
  ["a function in ORDER BY", "SELECT 1 ORDER BY current_setting('threads')"],
  ["a function in LIMIT", "SELECT 1 LIMIT (SELECT length(current_setting('threads')))"],
  ["a variable", "SELECT getvariable('x')"],
  ["the user", "SELECT current_user"],
  ["the schema", "SELECT current_schema()"],
  ["the version", "SELECT version()"],
  ["a sequence", "SELECT nextval('s')"],
  ["a file of another caller", "SELECT * FROM 'demo-exports/x.parquet'"],
])("query refuses %s and changes nothing", async (_, sql) => {
  const before = (await demo.product.getSchema()).data_version;
  const response = await query(sql);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: "invalid_input" });
  expect((await demo.product.getSchema()).data_version).toBe(before);
});

test("even a file inside the export folder cannot be read by a query", async () => {
  const file = join(demo.dataDir, "demo-exports", "x.parquet");
  expect((await query(`SELECT * FROM '${file}'`)).status).toBe(400);
  expect((await query(`SELECT * FROM read_parquet('${file}')`)).status).toBe(400);
});

test.each([
  "SELECT count(*) FILTER (status = 'ACTIVE'), sum(total_amount), median(dscr) FROM projects",
  "FROM projects LIMIT 1",
  "SELECT status, row_number() OVER (PARTITION BY status ORDER BY creation_date) FROM main.projects",
  "WITH a AS (SELECT * FROM projects), b AS (FROM a) SELECT count(*) FROM b JOIN portfolios ON true",
  "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT * FROM t",
  "SELECT date_trunc('month', creation_date)::VARCHAR || 'x', EXTRACT(year FROM creation_date) FROM projects",
  "SELECT * FROM (VALUES (1, 'a')) v(a, b), range(3) r(i), unnest([1, 2]) u(x)",
  "SELECT lower(project_name), list_transform([1, 2], lambda x: x + 1), coalesce(NULL, 1) FROM projects",
  "SELECT CASE WHEN dscr BETWEEN 1 AND 2 THEN 'a' ELSE NULL END, status IN ('ACTIVE') FROM projects",
  "SELECT now() > TIMESTAMP '2020-01-01', today(), {'a': 1}.a, MAP {'k': 2}['k'], [1, 2][1]",
  "SELECT project_name LIKE 'S%', project_name ILIKE '%x', regexp_matches(project_name, 'a') FROM projects",
  "PIVOT projects ON status IN ('ACTIVE', 'PROPOSED') USING count(*) GROUP BY currency_code",
])("query runs %s", async (sql) => {
  const response = await query(sql);
  expect([await response.json(), response.status]).toEqual([expect.anything(), 200]);
});

test("an answer has a limit in bytes, which is named", async () => {
  for (const sql of [
    "SELECT repeat('x', 600000000)",
    "SELECT 1 WHERE length(repeat(repeat('x', 30000) || 'y', 30000)) > 0",
    "SELECT repeat(status, 5000000) FROM projects LIMIT 3",
    "SELECT repeat('x', 100000) FROM range(1000)",
    "SELECT [repeat('x', 5000000), repeat('y', 5000000)]",
  ]) {
    const response = await query(sql, { row_limit: 1000 });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      ...{ code: "too_large", details: { limit_bytes: 8_388_608 } },
      detail: expect.stringContaining("8388608"),
    });
  }
  const long = await query("SELECT repeat('x', 1000000), NULL::VARCHAR FROM range(7)");
  expect(long.status).toBe(200);
  expect((await query("SELECT 1 AS one")).status).toBe(200);
});

test("waiting for a connection is part of a query's time", async () => {
  const endless = "SELECT count(*) FROM range(100000000) a, range(100000000) b";
  const long = [1, 2].map(() => query(endless, { timeout_ms: 1500 }));
  await vi.waitFor(
    async () => {
      const started = performance.now();
      expect((await query("SELECT 1", { timeout_ms: 40 })).status).toBe(504);
      expect(performance.now() - started).toBeLessThan(1000);
    },
    { timeout: 1400, interval: 20 },
  );
  for (const response of await Promise.all(long)) expect(response.status).toBe(504);
  expect((await query("SELECT 1 AS one")).status).toBe(200);
});

test("a query is stopped at its time-out and its connection serves the next one", async () => {
  const endless = "SELECT count(*) FROM range(100000000) a, range(100000000) b";
  const response = await query(endless, { timeout_ms: 50 });
  expect(response.status).toBe(504);
  for (let n = 0; n < 3; n++) expect((await query("SELECT 1 AS one")).status).toBe(200);
});

test("parameters are cast to what the place asks for, cells are JSON scalars", async () => {
  const response = await query(
    `SELECT count(*) AS n, min(creation_date) AS d, [1, 2] AS list, NULL AS nothing
     FROM projects WHERE creation_date > $1 AND total_amount > $2`,
    { parameters: ["2000-01-01", 0] },
  );
  const { columns, rows } = (await response.json()) as { columns: unknown[]; rows: unknown[][] };
  expect(columns).toContainEqual({ name: "d", type: "DATE" });
  expect(rows).toEqual([[expect.any(String), expect.any(String), "[1,2]", null]]);
  expect(Number(rows[0]?.[0])).toBeGreaterThanOrEqual(TEST_ROWS);
});

test("each type travels as the contract's page says", async () => {
  const response = await query(
    `SELECT true, 7::SMALLINT, 7::BIGINT, 12.50::DECIMAL(9,2), 0.5::DOUBLE, 'NaN'::DOUBLE,
      'inf'::FLOAT, '-inf'::DOUBLE, '\\x41\\xAA"'::BLOB, INTERVAL '1 month 2 days 3 seconds',
      {'a': [1]}, TIMESTAMP '2026-01-31 12:00:00', NULL`,
  );
  const { rows } = (await response.json()) as { rows: unknown[][] };
  expect(rows).toEqual([
    [
      ...[true, 7, "7", "12.50", 0.5, "NaN", "Infinity", "-Infinity", "A\\xAA\\x22"],
      ...['{"months":1,"days":2,"micros":"3000000"}', '{"a":[1]}', "2026-01-31 12:00:00", null],
    ],
  ]);
});

test("the published contract is the file beside its page (vitest -u writes it)", async () => {
  const response = await demo.call("GET", "/connector/openapi.json", undefined, null);
  const text = `${JSON.stringify(await response.json(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot("../../docs/connector.openapi.json");
});

test.each([
  ["COMMIT", "COMMIT"],
  ["ATTACH", "ATTACH ':memory:' AS other"],
  ["SET", "SET threads = 2"],
  ["COPY", "COPY projects TO '/tmp/sneaky.csv'"],
  ["two statements in one", "SELECT 1; SELECT 2"],
  ["the book-keeping", "DELETE FROM _sidecar_operations"],
  [
    "the book-keeping by a computed name",
    "CREATE TABLE t AS FROM query_table('_side' || 'car_operations')",
  ],
  ["the book-keeping in escapes", 'SELECT * FROM U&"\\005fsidecar_operations"'],
  ["SQL in a text", "CREATE VIEW v AS SELECT * FROM query('SELECT 1')"],
  ["SQL in a text behind a comment", "INSERT INTO portfolios FROM query/* ( */('FROM portfolios')"],
  ["a setting in a message", "SELECT error(current_setting('memory_limit'))"],
  ["a setting as a default", "CREATE TABLE t (a VARCHAR DEFAULT current_setting('threads'))"],
  ["a function behind an escaped quote", "SELECT E'\\'', getvariable('x'), ''''"],
  ["settings", "CREATE TABLE t AS SELECT * FROM duckdb_settings()"],
  ["settings in other letters", 'CREATE TABLE t AS SELECT * FROM "DuckDB_settings" ()'],
  ["the catalog", "CREATE TABLE t AS SELECT * FROM sqlite_master"],
  ["the catalog by schema", "CREATE TABLE t AS SELECT * FROM information_schema.tables"],
  [
    "the catalog in a subquery",
    "UPDATE portfolios SET description = (SELECT max(name) FROM pg_settings)",
  ],
  ["a catalog that is shown", "CREATE TABLE t AS FROM (SHOW ALL TABLES)"],
  ["the user", "SELECT error(current_user)"],
  ["a macro", "CREATE MACRO m() AS 1"],
  ["a secret", "CREATE SECRET (TYPE s3)"],
  ["a temporary table that hides the product's", "CREATE TEMP TABLE projects AS SELECT 1"],
  ["a file", "CREATE TABLE t AS SELECT * FROM 'demo-exports/x.parquet'"],
  ["a file in a list", "SELECT * FROM portfolios, 'demo-exports/x.parquet'"],
  ["a file by its quoted name", 'SELECT * FROM "demo-exports/x.parquet"'],
  [
    "a file read by a function",
    "INSERT INTO portfolios SELECT * FROM read_parquet('demo-exports/*')",
  ],
])("an operation with %s fails as a whole", async (_, sql) => {
  const operation = await demo.product.execute({
    operation_id: randomUUID(),
    statements: ["CREATE TABLE half_way (a INTEGER)", sql],
  });
  expect(operation.state).toBe("failed");
  const tables = (await demo.product.getSchema()).tables.map((table) => table.name);
  expect(tables).not.toContain("half_way");
});

test("an operation may do what plans are made of", async () => {
  const operation = await demo.product.execute({
    operation_id: randomUUID(),
    statements: [
      `CREATE TABLE IF NOT EXISTS "odd ""(name" (a INTEGER DEFAULT 1, b VARCHAR DEFAULT 'from ''x''', PRIMARY KEY (a))`,
      `INSERT INTO "odd ""(name" (a, b) SELECT i, 'n' || i FROM range(3) r(i) ORDER BY i`,
      `CREATE UNIQUE INDEX IF NOT EXISTS version ON main."odd ""(name" (b)`,
      `COMMENT ON COLUMN "odd ""(name".b IS 'read from query_table(); see information_schema'`,
      `SELECT CASE WHEN count(*) > 9 THEN error('too many') END FROM "odd ""(name" WHERE b IS DISTINCT FROM 'x'`,
      `SELECT EXTRACT(year FROM DATE '2020-01-01'), trim(both 'x' FROM 'xax') -- FROM 'a file'`,
      `CREATE VIEW "a/b" AS SELECT a, b FROM "odd ""(name"`,
      `SELECT * FROM "a/b", (SELECT 1), "odd ""(name"`,
      "SELECT repeat('x', 10000) FROM range(30000)",
      'DROP VIEW "a/b"',
      'DROP TABLE "odd ""(name"',
    ],
  });
  expect(operation).toMatchObject({ state: "succeeded", error: null });
});

test("an operation id used for other statements is refused", async () => {
  const operation_id = randomUUID();
  await demo.product.execute({ operation_id, statements: ["SELECT 1"] });
  const attempt = demo.product.execute({ operation_id, statements: ["SELECT 2"] });
  await expect(attempt).rejects.toMatchObject({
    code: "product_refused",
    details: { status: 422, code: "idempotency_mismatch" },
  });
});

test("inserts during a table rebuild are all kept", async () => {
  const count = async () =>
    (await demo.product.getSchema()).tables.find((each) => each.name === "projects")?.row_count;
  const before = (await count()) ?? 0;
  const columns =
    "project_id UUID PRIMARY KEY, project_name VARCHAR NOT NULL, description TEXT, total_amount DECIMAL(20,2) NOT NULL, maturity_years INTEGER, expected_tri DECIMAL(5,2), dscr DECIMAL(5,2), status VARCHAR NOT NULL, creation_date DATE NOT NULL, last_updated TIMESTAMP NOT NULL, currency_code CHAR(3) NOT NULL";
  const insert = async (n: number) => {
    const body = { project_name: `During ${n}`, total_amount: 1 };
    expect((await demo.call("POST", "/ops/projects", body)).status).toBe(201);
  };
  const inserts = Array.from({ length: 10 }, (_, n) => insert(n));
  const rebuild = demo.product.execute({
    operation_id: randomUUID(),
    statements: [
      `CREATE TABLE _sidecar_new_projects (${columns})`,
      "INSERT INTO _sidecar_new_projects SELECT * FROM projects ORDER BY creation_date",
      "DROP TABLE projects",
      "ALTER TABLE _sidecar_new_projects RENAME TO projects",
    ],
  });
  inserts.push(...Array.from({ length: 10 }, (_, n) => insert(10 + n)));
  await Promise.all(inserts);
  expect(await rebuild).toMatchObject({ state: "succeeded" });
  expect(await count()).toBe(before + 20);
});

test("a sample keeps the stored order of the rows, and the same seed gives the same rows", async () => {
  const read = async (seed: number) => {
    const file = join(demo.dataDir, `${randomUUID()}.parquet`);
    await demo.product.exportTable("projects", { rowsMax: 1000, seed, file });
    const connection = await (await DuckDBInstance.create()).connect();
    const reader = await connection.runAndReadAll(
      `SELECT creation_date::VARCHAR, project_id FROM '${file}'`,
    );
    return reader.getRowsJson();
  };
  const [first, again, other] = [await read(1), await read(1), await read(2)];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  // The table was rebuilt in date order by the test before this one.
  const dates = first?.map((row) => String(row[0])).slice(0, 900) ?? [];
  expect(dates).toEqual([...dates].sort());
  expect(await readdir(join(demo.dataDir, "demo-exports"))).toEqual([]);
});

test("statistics count few values exactly and describe dates", async () => {
  const schema = await demo.product.getSchema();
  const columns = schema.tables.find((table) => table.name === "projects")?.columns ?? [];
  const of = (name: string) => columns.find((column) => column.name === name)?.statistics;
  expect(of("status")?.distinct_count).toBe(3);
  expect(of("currency_code")?.distinct_count).toBe(7);
  expect(of("creation_date")?.min).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  expect(of("project_id")?.null_fraction).toBe(0);
});
