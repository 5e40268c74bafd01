import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { dataProducts, jobs, notifications } from "@/drizzle/schema";
import type { DataProduct } from "@/server/data-product";
import { emptySchema } from "@/server/decisions/testing/fixtures";
import { AppError, createRoot, type ServiceContext, systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { observeProduct } from "./observe-product";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await database.db.delete(notifications);
  await database.db.delete(jobs);
  await database.db.delete(dataProducts);
});
afterAll(() => database.drop());

const start = Date.now();

/** One look at the product so many seconds after the first; true: it answers. */
async function look(seconds: number, answers: boolean): Promise<void> {
  const clock = { now: () => new Date(start + seconds * 1000) };
  const root = createRoot("test", { db: database.db });
  const ctx: ServiceContext = { ...systemContext(root, "observer"), clock };
  const until = clock.now().toISOString();
  const refuse = async () => {
    throw new AppError("product_unreachable", "connection refused");
  };
  const product: DataProduct = {
    ...{ productId: "duckdb-spawn", query: refuse, exportTable: refuse, execute: refuse },
    getOperation: refuse,
    getSchema: answers ? async () => emptySchema() : refuse,
    getWorkload: async () => ({
      ...{ product_id: "duckdb-spawn", since: until, until },
      ...{ patterns: [], dropped_calls: 0 },
    }),
  };
  await observeProduct({ ctx, input: { product, baseUrl: "http://product.test" } }).catch(
    () => undefined,
  );
}

const told = async () => {
  const rows = await database.db.select().from(notifications).orderBy(notifications.createdAt);
  return rows.map(({ event }) => event);
};

test("people are told once of an outage of a minute, and once of its end", async () => {
  await look(0, true);
  for (const seconds of [5, 30, 61, 66, 71]) await look(seconds, false);
  expect(await told()).toEqual(["product_unreachable"]);
  await Promise.all([look(80, true), look(80, true)]);
  await look(85, true);
  expect(await told()).toEqual(["product_unreachable", "product_reachable"]);
  for (const seconds of [90, 200]) await look(seconds, false);
  expect(await told()).toHaveLength(3);
});

test("a short silence, and a product that never answered, are worth no word", async () => {
  for (const seconds of [0, 100, 200]) await look(seconds, false);
  await look(201, true);
  for (const seconds of [206, 211]) await look(seconds, false);
  await look(216, true);
  expect(await told()).toEqual([]);
});

test("after a pause one failed look is worth no word, nor is the answer to the next", async () => {
  await look(0, true);
  await look(3600, false);
  await look(3605, true);
  expect(await told()).toEqual([]);
  await look(7200, false);
  await look(7205, false);
  await look(7210, true);
  expect(await told()).toEqual(["product_unreachable", "product_reachable"]);
});
