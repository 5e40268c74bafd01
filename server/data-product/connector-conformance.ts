import { randomUUID } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Actor } from "@/server/contracts";
import { checkConnector } from "./check-connector";
import type { DataProduct } from "./port";

export interface ConformanceTarget {
  product(): DataProduct;
  /** A table with rows that the suite may read. */
  table: string;
  /** An existing folder for exports. */
  dir(): string;
}

/** What every adapter behind the port has to guarantee; call it inside `describe`. */
export function describeConformance(target: ConformanceTarget): void {
  testReading(target);
  testExecuting(target);
}

function testReading({ product, table, dir }: ConformanceTarget): void {
  test("the schema names the table with its columns and live row count", async () => {
    const schema = await product().getSchema();
    expect(schema.product_id).toBe(product().productId);
    const found = schema.tables.find((each) => each.name === table);
    expect(found?.row_count).toBeGreaterThan(0);
    expect(schema.tables.some((each) => each.name.startsWith("_sidecar_"))).toBe(false);
  });

  test("the connect check finds nothing wrong", async () => {
    const actor: Actor = { kind: "system", id: "test", label: "test", roles: ["admin"] };
    const ctx = { actor, clock: { now: () => new Date() } };
    const checks = await checkConnector({ ctx, input: { product: product() } });
    expect(checks.filter(({ is_ok }) => !is_ok)).toEqual([]);
  });

  test("resources, where the product tells them, are the bytes of a real place", async () => {
    const { resources } = await product().getSchema();
    if (resources === undefined) return;
    expect(resources.memory_limit_bytes).toBeGreaterThan(1e6);
    expect(resources.database_bytes).toBeGreaterThan(0);
    expect(resources.free_disk_bytes).toBeGreaterThan(0);
  });

  test("a query answers no more rows than its limit and says that it was cut", async () => {
    const result = await product().query({
      sql: "SELECT i FROM range(50) r(i) ORDER BY i",
      parameters: [],
      row_limit: 10,
      timeout_ms: 2000,
    });
    expect(result.rows).toHaveLength(10);
    expect(result.is_truncated).toBe(true);
  });

  test("a refused query is product_refused", async () => {
    const request = { sql: "DROP TABLE x", parameters: [], row_limit: 1, timeout_ms: 1000 };
    await expect(product().query(request)).rejects.toMatchObject({ code: "product_refused" });
  });

  test("an export holds the asked number of rows, whole or sampled", async () => {
    const file = join(dir(), `${randomUUID()}.parquet`);
    const sample = await product().exportTable(table, { rowsMax: 10, seed: 3, file });
    expect(sample).toMatchObject({ rows: 10, method: "reservoir", file });
    expect(sample.rowsTotal).toBeGreaterThan(10);
    const all = await product().exportTable(table, { rowsMax: 100_000_000, seed: 3, file });
    expect(all).toMatchObject({ rows: all.rowsTotal, method: "all" });
    expect((await stat(file)).size).toBeGreaterThan(0);
    await rm(file);
  });

  test("an export of an unknown table is product_refused and leaves no file", async () => {
    const file = join(dir(), `${randomUUID()}.parquet`);
    const attempt = product().exportTable("no_such_table", { rowsMax: 10, seed: 1, file });
    await expect(attempt).rejects.toMatchObject({ code: "product_refused" });
    await expect(stat(file)).rejects.toMatchObject({ code: "ENOENT" });
  });
}

function testExecuting({ product }: ConformanceTarget): void {
  const name = `conformance_${randomUUID().slice(0, 8)}`;

  test("an operation never seen is null", async () => {
    expect(await product().getOperation(randomUUID())).toBeNull();
  });

  test("an operation runs once however often it is sent, and changes the fingerprint", async () => {
    const before = await product().getSchema();
    const request = {
      operation_id: randomUUID(),
      statements: [`CREATE TABLE ${name} (a INTEGER)`, `INSERT INTO ${name} VALUES (1)`],
      expected_schema_fingerprint: before.schema_fingerprint,
    };
    const answers = await Promise.all([product().execute(request), product().execute(request)]);
    expect(answers[0]).toMatchObject({ state: "succeeded", error: null });
    expect(answers[1]).toEqual(answers[0]);
    expect(await product().getOperation(request.operation_id)).toEqual(answers[0]);
    const after = await product().getSchema();
    expect(after.schema_fingerprint).toBe(answers[0]?.schema_fingerprint_after);
    expect(after.schema_fingerprint).not.toBe(before.schema_fingerprint);
    expect(after.tables.find((each) => each.name === name)?.row_count).toBe(1);
  });

  test("a view, where views are told, is part of the schema and of its fingerprint", async () => {
    const before = await product().getSchema();
    if (before.views === undefined) return;
    const run = (sql: string) =>
      product().execute({ operation_id: randomUUID(), statements: [sql] });
    const view = `${name}_view`;
    expect(await run(`CREATE VIEW ${view} AS SELECT 1 AS a`)).toMatchObject({ state: "succeeded" });
    const { views, schema_fingerprint } = await product().getSchema();
    expect(views?.find((each) => each.name === view)).toMatchObject({
      sql: expect.stringMatching(/^CREATE VIEW/),
      columns: [{ name: "a", type: "INTEGER" }],
    });
    expect(schema_fingerprint).not.toBe(before.schema_fingerprint);
    await run(`DROP VIEW ${view}`);
    expect((await product().getSchema()).schema_fingerprint).toBe(before.schema_fingerprint);
  });

  test("a stale fingerprint is schema_changed and nothing ran", async () => {
    const operation_id = randomUUID();
    const attempt = product().execute({
      operation_id,
      statements: [`DROP TABLE ${name}`],
      expected_schema_fingerprint: "not the present one",
    });
    await expect(attempt).rejects.toMatchObject({ code: "schema_changed" });
    expect(await product().getOperation(operation_id)).toBeNull();
  });

  test("a failing operation leaves nothing behind but its record", async () => {
    const before = await product().getSchema();
    const operation_id = randomUUID();
    const operation = await product().execute({
      operation_id,
      statements: [`DROP TABLE ${name}`, "SELECT * FROM no_such_table"],
    });
    expect(operation).toMatchObject({ state: "failed", schema_fingerprint_after: null });
    expect(operation.error).toContain("Statement 2 of 2");
    expect(await product().getOperation(operation_id)).toEqual(operation);
    expect((await product().getSchema()).schema_fingerprint).toBe(before.schema_fingerprint);
    await product().execute({ operation_id: randomUUID(), statements: [`DROP TABLE ${name}`] });
  });
}
