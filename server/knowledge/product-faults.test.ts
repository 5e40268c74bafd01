import type { RequestListener } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { dataProducts, observedPatterns } from "@/drizzle/schema";
import { PRODUCT_FAULTS, type ProductFaultCode } from "@/server/contracts";
import { checkConnector, faultOf } from "@/server/data-product";
import {
  FAULTY_PRODUCT_ID,
  type FaultyProduct,
  goodPattern,
  json,
  schemaWith,
  startFaultyProduct,
  workloadOf,
} from "@/server/data-product/testing/faulty-product";
import { hangUp, status, text } from "@/server/data-product/testing/misbehave";
import { analyze } from "@/server/decisions";
import { ACTORS, contextOf } from "@/server/decisions/testing/fixtures";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { checkHealth } from "@/server/telemetry";
import { getProduct, listPatterns, observeProduct } from ".";

let database: TestDatabase;
let faulty: FaultyProduct;
beforeAll(async () => {
  database = await createTestDatabase();
  faulty = await startFaultyProduct();
});
afterAll(async () => {
  await faulty.close();
  await database.drop();
});
beforeEach(async () => {
  faulty.mend();
  await database.db.delete(observedPatterns);
  await database.db.delete(dataProducts);
});

const ctx = () => {
  const context = contextOf(database.db, ACTORS.reviewer);
  const product = { DATA_PRODUCT_API: faulty.url, DATA_PRODUCT_ID: FAULTY_PRODUCT_ID };
  return { ...context, settings: { ...context.settings, ...product } };
};
const observe = () =>
  observeProduct({ ctx: ctx(), input: { product: faulty.product, baseUrl: faulty.url } });
const overview = async () => {
  const product = await getProduct({ ctx: ctx() });
  if (product === null) throw new Error("nothing was noted");
  return product;
};
const health = async () => (await checkHealth({ ctx: ctx() })).checks.data_product;

test.each<[string, RequestListener, ProductFaultCode, boolean]>([
  ["401", status(401, { detail: "wrong audience" }), "token_refused", true],
  ["503", status(503), "failed", false],
  ["another id", schemaWith((s) => ({ ...s, product_id: "them" })), "wrong_product", true],
  ["no threads", schemaWith((s) => ({ ...s, threads: "2" })), "wrong_field", true],
])("%s: page, health and the connect check say the same", async (_, answer, code, isUp) => {
  faulty.misbehave("schema", answer);
  const fault = faultOf(await observe().catch((error: unknown) => error));
  const { message = "" } = fault ?? {};
  expect(fault?.code).toBe(code);
  expect(message).toContain(`GET ${faulty.url}/connector/schema`);
  expect(message).toContain(PRODUCT_FAULTS[code].advice);
  expect(await overview()).toMatchObject({ faults: [fault], is_reachable: isUp, schema: null });
  const found = await health();
  expect(found).toMatchObject({ status: "degraded", fault: code });
  expect(found?.detail).toContain(message);
  const checks = await checkConnector({ ctx: ctx(), input: { product: faulty.product } });
  expect(checks.map(({ detail }) => detail).join("\n")).toContain(message);
  const ask = { operation_type: "schema_optimization", context: {} } as const;
  await expect(analyze({ ctx: ctx(), input: ask })).rejects.toMatchObject({
    code: PRODUCT_FAULTS[code].error,
    message: expect.stringContaining(message),
  });
  // What the product said is for those who are signed in.
  expect(found?.detail).not.toContain("wrong audience");

  faulty.mend();
  await observe();
  expect(await overview()).toMatchObject({ faults: [], last_error: null, is_reachable: true });
  expect(await health()).toMatchObject({ status: "ok" });
});

test.each<[string, RequestListener, ProductFaultCode]>([
  ["503", status(503), "failed"],
  ["hangs up", hangUp, "connection_lost"],
  ["answers a page", text("<html>", "text/html"), "wrong_content_type"],
  ["answers broken JSON", text("{"), "invalid_json"],
])(
  "a workload that %s is told; the schema is observed, and no call is lost",
  async (_, answer, code) => {
    await observe();
    await database.db.update(dataProducts).set({ schema: null, lastSeenAt: null });
    faulty.misbehave("workload", answer);
    await observe();
    const seen = await overview();
    expect(seen).toMatchObject({ is_reachable: true, last_error: null, faults: [{ code }] });
    expect(seen.schema?.tables).toHaveLength(1);
    const [{ message } = { message: "" }] = seen.faults;
    expect(message).toContain(`GET ${faulty.url}/connector/workload`);
    expect(await health()).toMatchObject({ status: "degraded", fault: code });
    expect((await health())?.detail).toContain(message);
    const checks = await checkConnector({ ctx: ctx(), input: { product: faulty.product } });
    expect(checks.map(({ is_ok }) => is_ok)).toEqual([true, false, true, true, true]);
    expect(checks[1]?.detail).toContain(message);
    expect((await listPatterns({ ctx: ctx() })).map((row) => row.occurrence_count)).toEqual([5, 5]);

    const [counted] = await database.db.select().from(dataProducts);
    const since: string[] = [];
    faulty.misbehave(
      "workload",
      json((url) => {
        const asked = workloadOf(url, [goodPattern("a"), goodPattern("b")]);
        since.push(asked.since);
        return asked;
      }),
    );
    await observe();
    expect(since).toContain(counted?.workloadUntil?.toISOString());
    expect((await listPatterns({ ctx: ctx() })).map((row) => row.occurrence_count)).toEqual([
      10, 10,
    ]);
    expect(await overview()).toMatchObject({ faults: [] });
  },
);

test("a table that breaks the contract is left out and told; the others are observed and asked for", async () => {
  const withBad = (type: string) =>
    schemaWith((schema) => {
      const [orders] = schema.tables;
      const column = { name: "id", nullable: true, default_sql: null, statistics: null };
      if (orders)
        schema.tables.push({ ...orders, name: "customers", columns: [{ ...column, type }] });
    });
  faulty.misbehave("schema", withBad(""));
  await observe();
  const { schema, faults, is_reachable } = await overview();
  expect(schema?.tables.map(({ name }) => name)).toEqual(["orders"]);
  expect(is_reachable).toBe(true);
  const [{ message, said } = { message: "", said: "" }] = faults;
  expect(faults).toMatchObject([{ code: "parts_left_out", field: "tables[1].columns[0].type" }]);
  expect(said).toBe("Left out: customers");
  expect(await health()).toMatchObject({ status: "degraded", fault: "parts_left_out" });
  expect((await health())?.detail).toContain(message);
  expect((await health())?.detail).not.toContain("customers");
  const [check] = await checkConnector({ ctx: ctx(), input: { product: faulty.product } });
  expect(check).toMatchObject({ is_ok: false, detail: `${message} Details: ${said}` });
  const ask = (table_name: string) =>
    analyze({
      ctx: ctx(),
      input: { operation_type: "schema_optimization", context: { table_name } },
    });
  await expect(ask("customers")).rejects.toMatchObject({
    code: "not_found",
    message: expect.stringContaining(message),
  });
  expect(await ask("orders")).toMatchObject({ state: "proving" });

  // A look that fails in between has not seen it mended; mended, the same fingerprint is no fault.
  faulty.misbehave("schema", status(503));
  await expect(observe()).rejects.toMatchObject({ code: "product_unreachable" });
  faulty.misbehave("schema", withBad("BIGINT"));
  await observe();
  expect(await overview()).toMatchObject({ faults: [], schema: { tables: [{}, {}] } });
});

test("bad rows are left out and told, look after look, and the others are counted", async () => {
  const bad = { ...goodPattern("bad"), calls: 2 ** 53 };
  const rows = [goodPattern("a"), bad, goodPattern("a"), goodPattern("b")];
  faulty.misbehave(
    "workload",
    json((url) => workloadOf(url, rows)),
  );
  for (let look = 1; look <= 2; look++) {
    await observe();
    const listed = await listPatterns({ ctx: ctx() });
    expect(listed.map(({ occurrence_count }) => occurrence_count)).toEqual([5 * look, 5 * look]);
  }
  const { faults, is_reachable } = await overview();
  expect(is_reachable).toBe(true);
  expect(faults).toMatchObject([{ code: "rows_left_out", field: "patterns[1].calls" }]);
  expect(faults[0]?.message).toContain("2 of 4 rows are left out");
  expect(await health()).toMatchObject({ status: "degraded", fault: "rows_left_out" });
});

test("nine thousand shapes are kept, and counts stop at what a column holds", async () => {
  const calls = 2_147_483_647;
  const rows = Array.from({ length: 9_500 }, (_, index) => ({
    ...goodPattern(`shape-${index}`),
    calls,
  }));
  const huge = json((url) => ({ ...workloadOf(url, rows), dropped_calls: calls }));
  faulty.misbehave("workload", huge);
  await observe();
  await observe();
  expect(await database.db.$count(observedPatterns)).toBe(9_500);
  expect((await listPatterns({ ctx: ctx() }))[0]?.occurrence_count).toBe(calls);
  expect(await overview()).toMatchObject({ dropped_calls: calls, faults: [] });
});

test("a fingerprint that changes by itself is told, and the product is observed", async () => {
  const random = schemaWith((schema) => ({ ...schema, schema_fingerprint: `${Math.random()}` }));
  faulty.misbehave("schema", random);
  await observe();
  expect((await overview()).faults).toEqual([]);
  await observe();
  expect((await overview()).faults).toMatchObject([
    { code: "wrong_fingerprint", field: "schema_fingerprint" },
  ]);
});

test("a fingerprint that stays while the schema changes is told until it changes too", async () => {
  const change = (fingerprint: string, type: string) =>
    schemaWith((schema) => {
      Object.assign(schema.tables[0]?.columns[1] ?? {}, { type });
      return { ...schema, schema_fingerprint: fingerprint };
    });
  const codes = async () => {
    await observe();
    return (await overview()).faults.map(({ code }) => code);
  };
  await observe();
  faulty.misbehave("schema", change("f1", "INTEGER"));
  expect(await codes()).toEqual(["stale_fingerprint"]);
  expect(await codes()).toEqual(["stale_fingerprint"]);
  // A look that fails in between has not seen the fingerprint change.
  faulty.misbehave(
    "schema",
    schemaWith((schema) => ({ ...schema, threads: "2" })),
  );
  await expect(observe()).rejects.toMatchObject({ code: "product_invalid" });
  faulty.misbehave("schema", change("f1", "INTEGER"));
  expect(await codes()).toEqual(["stale_fingerprint"]);
  faulty.misbehave("schema", change("f2", "DATE"));
  expect(await codes()).toEqual([]);
});

test("a product that was not seen for minutes is not told to be well; one look may take one", async () => {
  await observe();
  const seenBefore = (seconds: number) =>
    database.db.update(dataProducts).set({ lastSeenAt: new Date(Date.now() - seconds * 1000) });
  await seenBefore(70);
  expect(await overview()).toMatchObject({ is_reachable: true });
  await seenBefore(300);
  expect(await overview()).toMatchObject({ is_reachable: false });
  expect(await health()).toMatchObject({ status: "degraded" });
});
