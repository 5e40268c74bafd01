import { afterAll, beforeAll, expect, test } from "vitest";
import { dataProducts, jobs } from "@/drizzle/schema";
import { AnalyzeRequest } from "@/server/contracts";
import { env } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { analyze } from "./analyze";
import { ACTORS, contextOf, emptySchema } from "./testing/fixtures";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const schema = emptySchema({ product_id: env().DATA_PRODUCT_ID });
  await database.db
    .insert(dataProducts)
    .values({ productId: schema.product_id, domain: "test", baseUrl: "http://x", schema });
});
afterAll(() => database.drop());

const ask = async (request: Partial<AnalyzeRequest>) => {
  const input = AnalyzeRequest.parse({
    operation_type: "schema_optimization",
    context: {},
    ...request,
  });
  return (await analyze({ ctx: contextOf(database.db, ACTORS.product), input })).suggestion_id;
};

test("the own product is the same question whether it is named or not, and is proved once", async () => {
  const named = await ask({ product_id: env().DATA_PRODUCT_ID });
  expect(await ask({})).toBe(named);
  expect(await database.db.$count(jobs)).toBe(1);
});

test("another kind of question, or another context, is another one", async () => {
  const asked = [
    await ask({}),
    await ask({ operation_type: "query_optimization" }),
    await ask({ context: { budget_seconds: 30 } }),
  ];
  expect(new Set(asked).size).toBe(3);
});
