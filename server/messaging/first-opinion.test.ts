import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataProducts, observedPatterns } from "@/drizzle/schema";
import type { Actor, MessageEnvelope, ProductSchema } from "@/server/contracts";
import { contextFor, createRoot, env, type ServiceContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { triageMessage } from "./first-opinion";

const AGENT: Actor = { kind: "agent", id: "agent-risk-1", label: "risk", roles: ["agent"] };
const OURS = env().DATA_PRODUCT_ID;
const COLUMNS = ["status", "statuses", "id", "größe", "gr", "a.b", "unread"];

let database: TestDatabase;
let ctx: ServiceContext;
beforeAll(async () => {
  database = await createTestDatabase();
  // Rules alone answer: no model is started.
  const settings = { ...env(), MODEL_MANIFEST: "no-models.json" };
  ctx = contextFor(createRoot("test", { db: database.db, settings }), AGENT, "req-test");
  const schema: ProductSchema = {
    ...{ product_id: OURS, domain: "test", duckdb_version: "v1.5.6", threads: 1 },
    ...{ data_version: "1", schema_fingerprint: "f1" },
    tables: [
      {
        ...{ name: "projects", row_count: 10, estimated_bytes: 100, indexes: [], constraints: [] },
        columns: COLUMNS.map((name) => ({
          ...{ name, type: "VARCHAR", nullable: true, default_sql: null, statistics: null },
        })),
      },
    ],
  };
  await database.db
    .insert(dataProducts)
    .values({ productId: OURS, domain: "test", baseUrl: "http://x", schema });
  await observe(OURS, "SELECT count(*) FROM projects WHERE Status = $1");
  await observe(OURS, "SELECT paid, größe FROM projects");
  await observe(OURS, 'SELECT "a.b" FROM projects');
  await observe("another", "SELECT unread, id FROM projects");
});
afterAll(() => database.drop());

async function observe(productId: string, sql: string): Promise<void> {
  const at = new Date();
  await database.db.insert(observedPatterns).values({
    ...{ patternId: randomUUID(), patternType: "query.select", occurrenceCount: 1, confidence: 1 },
    ...{ firstObserved: at, lastObserved: at, patternData: { product_id: productId, sql } },
  });
}

/** What is thought of a proposal about our table. */
async function opinionOn(operation: string, details: Record<string, unknown>) {
  const message: MessageEnvelope = {
    ...{ message_id: randomUUID(), timestamp: new Date().toISOString() },
    sender: { agent_id: AGENT.id, product_id: "risk", domain: "risk" },
    recipient: { agent_id: env().AGENT_ID, product_id: OURS, domain: "financing" },
    message_type: "schema_proposal",
    content: { operation, details: { table: "projects", ...details } },
    ...{ requires_response: false, priority: "normal", ttl_seconds: 3600 },
  };
  const { first_opinion } = await triageMessage({ ctx, input: message, reader: "rules" });
  return first_opinion;
}

async function opinionOnDropping(column: string) {
  const purpose = "Nobody reads it.";
  return (await opinionOn("drop_column", { column_name: column, purpose }))?.reason;
}

test.each(["status", "größe", "a.b"])(
  "a column that a query names is needed: %s",
  async (column) => {
    expect(await opinionOnDropping(column)).toBe("breaks_consumers");
  },
);

test.each([
  ["statuses", "a part of it is no name of it"],
  ["id", "a word that holds it is another, and so is another product's query"],
  ["gr", "a letter beyond ASCII does not end a word"],
  ["unread", "another product's query is not ours"],
])("a column that no query of ours names is not: %s (%s)", async (column) => {
  expect(await opinionOnDropping(column)).toBe("fits");
});

test("what DuckDB cannot make is refused with certainty, what the rules let pass is not certain", async () => {
  const add = (column_type: string) =>
    opinionOn("add_column", { column_name: "fresh", column_type });
  expect(await add("BANANA; DROP")).toMatchObject({
    ...{ opinion: "reject", reason: "invalid_type", confidence: 1, by: "rules" },
    detail: expect.stringContaining("fresh"),
  });
  expect(await add("UUID")).toMatchObject({ opinion: "accept", reason: "fits", confidence: 0.5 });
});

test("a type that does not hold the column's values is not accepted, nor a column that is there in other case", async () => {
  const changed = await opinionOn("change_type", { column_name: "id", column_type: "TINYINT" });
  expect(changed).toMatchObject({ opinion: "counter", reason: "lossy_type" });
  const again = await opinionOn("add_column", { column_name: "ID", column_type: "UUID" });
  expect(again).toMatchObject({ opinion: "reject", reason: "already_exists" });
});
