import { createHmac, randomUUID } from "node:crypto";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataProducts } from "@/drizzle/schema";
import type { ConnectorQueryRequest, JsonScalar, KeySample } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { ACTORS, contextOf, emptySchema } from "@/server/decisions/testing/fixtures";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { typeReader } from "@/server/workload";
import { sampleKey } from "../key-sample";
import { tableOf } from "../testing/mesh";
import { compareKeys, sharedShare, wilson } from "./keys";

let database: TestDatabase;
let instance: DuckDBInstance;
let product: DataProduct;

beforeAll(async () => {
  database = await createTestDatabase();
  const tables = [
    tableOf("small", { id: "VARCHAR" }),
    tableOf("large", { id: "BIGINT" }),
    tableOf("half", { id: "BIGINT" }),
  ];
  await database.db.insert(dataProducts).values({
    ...{ productId: "duckdb-spawn", domain: "test", baseUrl: "" },
    schema: emptySchema({ tables }),
  });
  instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(
    "CREATE TABLE small AS SELECT * FROM (VALUES ('a'), ('ü'), ('ü'), (NULL)) t(id)",
  );
  await connection.run("CREATE TABLE large AS SELECT range AS id FROM range(20000)");
  await connection.run("CREATE TABLE half AS SELECT range * 2 AS id FROM range(20000)");
  product = {
    productId: "duckdb-spawn",
    async query({ sql, parameters }: ConnectorQueryRequest) {
      const read = await connection.runAndReadAll(sql, parameters as string[]);
      return {
        columns: [],
        rows: read.getRowsJson() as JsonScalar[][],
        is_truncated: false,
        duration_ms: 0,
      };
    },
  } as unknown as DataProduct;
});
afterAll(async () => {
  instance.closeSync();
  await database.drop();
});

const sample = (table: string, conversationId: string): Promise<KeySample> =>
  sampleKey({
    ctx: contextOf(database.db, ACTORS.reviewer),
    input: { product, conversationId, table, column: "id" },
  });

test("the product hashes its values itself, as HMAC-SHA-256 does, keyed by the conversation", async () => {
  const id = randomUUID();
  const { hashes, ...figures } = await sample("small", id);
  expect(figures).toEqual({ type: "VARCHAR", rows: 4, distinct: 2, nulls: 1, is_sample: false });
  const expected = ["a", "ü"].map((value) =>
    createHmac("sha256", id).update(value).digest("base64url"),
  );
  expect([...hashes].sort()).toEqual(expected.sort());
  expect((await sample("small", randomUUID())).hashes).not.toContain(expected[0]);
});

test("two large keys: the share is estimated from the same values of both, with an interval", async () => {
  // Of one in twenty conversations the interval misses the true share.
  const id = "6d1f1c1e-52a5-4c63-9b1c-0f3c0f6d7a11";
  const [left, right] = [await sample("large", id), await sample("half", id)];
  expect([left.is_sample, left.hashes.length]).toEqual([true, 1000]);
  const share = sharedShare(left, right);
  expect(share?.isSample).toBe(true);
  // Half of 0…19999 are even.
  expect(share?.low).toBeLessThan(0.5);
  expect(share?.high).toBeGreaterThan(0.5);
  expect((share?.high ?? 1) - (share?.low ?? 0)).toBeLessThan(0.15);
  expect(share?.of).toBeGreaterThan(300);
});

test("small keys are counted, not estimated; other conversations' hashes share nothing", async () => {
  const id = randomUUID();
  const key = await sample("small", id);
  expect(sharedShare(key, key)).toEqual({ value: 1, low: 1, high: 1, of: 2, isSample: false });
  const other = await sample("small", randomUUID());
  expect(sharedShare(key, other)?.value).toBe(0);
});

test("what a join would find is said in words and figures", async () => {
  const id = randomUUID();
  const { reasons, evidence } = await compareKeys(await typeReader(), {
    ...{ left: await sample("large", id), right: await sample("small", id) },
    ...{ leftName: "a: large.id", rightName: "b: small.id" },
  });
  expect(reasons).toContain("b: small.id: 4 rows, 2 different values, 1 missing.");
  expect(reasons).toContain("a: large.id: 20,000 rows, unique, none missing.");
  expect(evidence).toMatchObject({ rows: 4, join: { right: { is_unique: false } } });
});

test("the score interval of a share", () => {
  // Wilson 1927, as Newcombe 1998 tabulates it: 81 of 263.
  const { low, high } = wilson(81, 263);
  expect([low.toFixed(4), high.toFixed(4)]).toEqual(["0.2553", "0.3662"]);
  expect(wilson(0, 10).low).toBe(0);
});
