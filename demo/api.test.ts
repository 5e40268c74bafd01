import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import {
  startOn,
  startTestProduct,
  TEST_ROWS,
  type TestProduct,
} from "./testing/start-test-product";

let demo: TestProduct;
beforeAll(async () => {
  demo = await startTestProduct();
});
afterAll(() => demo.close());

const project = { project_name: "Test Line 1", total_amount: 1234.5, status: "ACTIVE" };

test("a project that was created is found by id and by name", async () => {
  const created = await demo.call("POST", "/ops/projects", project, null);
  expect(created.status).toBe(201);
  const body = (await created.json()) as { project_id: string };
  expect(body).toMatchObject({ ...project, currency_code: "EUR" });
  const found = await demo.call("GET", `/ops/projects/${body.project_id}`);
  expect(await found.json()).toEqual(body);
  const listed = await demo.call("GET", "/ops/projects?project_name=Test%20Line%201");
  expect(await listed.json()).toEqual([body]);
});

test("lists are limited and filtered by status", async () => {
  const response = await demo.call("GET", "/ops/projects?status=PROPOSED&limit=5");
  const rows = (await response.json()) as { status: string }[];
  expect(rows.map((row) => row.status)).toEqual(Array(5).fill("PROPOSED"));
});

test("a generated project is found by its id, whatever version its UUID says", async () => {
  const [first] = (await (await demo.call("GET", "/ops/projects?limit=1")).json()) as {
    project_id: string;
  }[];
  const found = await demo.call("GET", `/ops/projects/${first?.project_id}`);
  expect([found.status, await found.json()]).toEqual([200, first]);
});

test("initialize keeps what is there", async () => {
  expect((await demo.call("POST", "/ops/initialize", {}, null)).status).toBe(200);
  const { tables } = await demo.product.getSchema();
  const count = tables.find((table) => table.name === "projects")?.row_count;
  expect(count).toBeGreaterThanOrEqual(TEST_ROWS);
});

test("a table can be created, widened and dropped", async () => {
  const columns = [
    { name: "id", type: "uuid", primary_key: true, nullable: false },
    { name: "label", type: "VARCHAR" },
  ];
  const created = await demo.call("POST", "/admin/tables", { name: "notes", columns });
  expect(created.status).toBe(201);
  const body = { add_columns: [{ name: "size", type: "DECIMAL(10,2)" }], drop_columns: ["label"] };
  const updated = await demo.call("PUT", "/admin/tables/notes", body);
  expect(await updated.json()).toMatchObject({
    columns: [{ name: "id", type: "UUID", primary_key: true }, { name: "size" }],
  });
  expect((await demo.call("POST", "/admin/tables", { name: "notes", columns })).status).toBe(409);
  expect((await demo.call("DELETE", "/admin/tables/notes")).status).toBe(200);
  expect((await demo.call("DELETE", "/admin/tables/notes")).status).toBe(404);
});

test.each([
  ["GET", "/monitoring/health"],
  ["GET", "/monitoring/metrics/system"],
  ["GET", "/health"],
  ["GET", "/connector/openapi.json"],
])("%s %s needs no token", async (method, path) => {
  expect((await demo.call(method, path, undefined, null)).status).toBe(200);
});

test.each([
  ["GET", "/admin/tables"],
  ["POST", "/admin/tables"],
  ["PUT", "/admin/tables/projects"],
  ["DELETE", "/admin/tables/projects"],
  ["GET", "/admin/logging/level"],
  ["POST", "/admin/logging/level"],
  ["GET", "/connector/schema"],
  ["GET", "/connector/workload"],
  ["POST", "/connector/query"],
  ["GET", "/connector/export/projects?rows_max=1"],
  ["POST", "/connector/execute"],
  ["GET", "/connector/operations/x"],
])("%s %s without a good token is 401", async (method, path) => {
  const body = method === "GET" || method === "DELETE" ? undefined : {};
  for (const token of [null, "bad-token"]) {
    const response = await demo.call(method, path, body, token);
    expect(response.status).toBe(401);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  }
});

test.each([
  ["malformed JSON", "POST", "/ops/projects", "{ not json", 400],
  ["a missing field", "POST", "/ops/projects", {}, 400],
  ["an unknown status", "POST", "/ops/projects", { ...project, status: "LOST" }, 400],
  ["a bad date", "POST", "/ops/projects", { ...project, creation_date: "2024-02-31" }, 400],
  ["an id that is none", "GET", "/ops/projects/1%27%20OR%201=1", undefined, 400],
  ["an id nobody has", "GET", "/ops/projects/00000000-0000-4000-8000-000000000000", undefined, 404],
  ["an unknown route", "GET", "/nothing", undefined, 404],
  ["an unknown table", "DELETE", "/admin/tables/no_such_table", undefined, 404],
  ["SQL in a table name", "DELETE", "/admin/tables/x;DROP%20TABLE%20projects", undefined, 400],
  ["the book-keeping", "DELETE", "/admin/tables/_sidecar_operations", undefined, 400],
  ["the product's own table", "DELETE", "/admin/tables/projects", undefined, 409],
  ["an unknown log level", "POST", "/admin/logging/level", { level: "LOUD" }, 400],
  [
    "SQL in a type",
    "POST",
    "/admin/tables",
    { name: "t", columns: [{ name: "a", type: "INTEGER); DROP TABLE projects; --" }] },
    400,
  ],
  ["an unknown table to export", "GET", "/connector/export/nope?rows_max=5", undefined, 404],
  ["a bad instant", "GET", "/connector/workload?since=yesterday", undefined, 400],
  ["a body of 10 MB", "POST", "/ops/projects", "x".repeat(10_000_000), 413],
])("%s is a typed 4xx and changes nothing", async (_, method, path, body, status) => {
  const before = await demo.product.getSchema();
  const response = await demo.call(method, path, body);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ status, code: expect.any(String) });
  const after = await demo.product.getSchema();
  // Free space changes with everything else on the disk.
  expect({ ...after, resources: before.resources }).toEqual(before);
});

test("another method is 405 and names the methods that would do", async () => {
  const response = await demo.call("DELETE", "/ops/projects");
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("POST, GET, HEAD");
  expect(await response.json()).toMatchObject({ code: "method_not_allowed" });
});

test("the published contract describes the connector's routes and nothing else", async () => {
  const response = await demo.call("GET", "/connector/openapi.json", undefined, null);
  const { openapi, paths } = (await response.json()) as { openapi: string; paths: object };
  expect(openapi).toBe("3.1.0");
  expect(Object.keys(paths).sort()).toEqual([
    "/connector/execute",
    "/connector/export/{table}",
    "/connector/operations/{id}",
    "/connector/query",
    "/connector/schema",
    "/connector/workload",
  ]);
});

test("a download that is given up leaves no file, and the next one works", async () => {
  const exports = join(demo.dataDir, "demo-exports");
  const response = await demo.call("GET", "/connector/export/projects?rows_max=5000");
  await response.body?.cancel();
  await vi.waitFor(async () => expect(await readdir(exports)).toEqual([]));
  const again = await demo.call("GET", "/connector/export/projects?rows_max=10");
  expect((await again.arrayBuffer()).byteLength).toBe(Number(again.headers.get("content-length")));
  await vi.waitFor(async () => expect(await readdir(exports)).toEqual([]));
});

test("the log level that was set is answered", async () => {
  expect((await demo.call("POST", "/admin/logging/level", { level: "debug" })).status).toBe(200);
  const answer = await demo.call("GET", "/admin/logging/level");
  expect(await answer.json()).toEqual({ level: "DEBUG" });
});

test("queries that run while the workload is told are told once", async () => {
  const ask = (n: number) => demo.call("GET", `/ops/projects?project_name=Solar%20Overlap%20${n}`);
  let { until } = await demo.product.getWorkload(new Date());
  let told = 0;
  const tell = async () => {
    const workload = await demo.product.getWorkload(new Date(until));
    until = workload.until;
    for (const { calls } of workload.patterns) told += calls;
  };
  let isOver = false;
  const asked = Promise.all(Array.from({ length: 60 }, (_, n) => ask(n))).finally(() => {
    isOver = true;
  });
  let polls = 0;
  for (; !isOver; polls++) await tell();
  await asked;
  await tell();
  await tell();
  expect(told).toBe(60);
  expect(polls).toBeGreaterThan(0);
});

test("the capture counts the product's queries and none of the connector's", async () => {
  const since = new Date();
  const name = "Solar Nobody 1";
  for (let n = 0; n < 3; n++) {
    await demo.call("GET", `/ops/projects?project_name=${encodeURIComponent(name)}`);
  }
  await demo.call("POST", "/connector/query", { sql: "SELECT 41 + 1" });
  const workload = await demo.product.getWorkload(since);
  expect(workload.patterns).toHaveLength(1);
  expect(workload.patterns[0]).toMatchObject({
    kind: "select",
    calls: 3,
    parameter_samples: expect.arrayContaining([[name]]),
  });
  expect(workload.patterns[0]?.latencies_ms).toHaveLength(3);
  expect((await demo.product.getWorkload(new Date(Date.now() + 1000))).patterns).toEqual([]);
});

test("the own workload shows look-ups, reports and writes, and a second start finds all data", async () => {
  const busy = await startTestProduct(100);
  try {
    await vi.waitFor(
      async () => {
        const { patterns } = await busy.product.getWorkload(new Date(0));
        const kinds = new Set(patterns.map((pattern) => pattern.kind));
        expect(kinds).toContain("insert");
        expect(patterns.length).toBeGreaterThanOrEqual(8);
      },
      { timeout: 20_000, interval: 200 },
    );
    const operation_id = "kept";
    await busy.product.execute({ operation_id, statements: ["CREATE TABLE kept (a INTEGER)"] });
  } finally {
    await busy.stop();
  }
  const again = await startOn(busy.dataDir);
  const client = busy.clientOf(again.url);
  const tables = (await client.getSchema()).tables;
  expect(tables.map((table) => table.name)).toContain("kept");
  expect(tables.find((table) => table.name === "projects")?.row_count).toBeGreaterThan(TEST_ROWS);
  expect(await client.getOperation("kept")).toMatchObject({ state: "succeeded" });
  await again.close();
  await busy.close();
});
