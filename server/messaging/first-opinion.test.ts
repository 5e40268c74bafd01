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

/** What is thought of dropping this column. */
async function opinionOnDropping(column: string) {
  const message: MessageEnvelope = {
    ...{ message_id: randomUUID(), timestamp: new Date().toISOString() },
    sender: { agent_id: AGENT.id, product_id: "risk", domain: "risk" },
    recipient: { agent_id: env().AGENT_ID, product_id: OURS, domain: "financing" },
    message_type: "schema_proposal",
    content: {
      operation: "drop_column",
      details: { table: "projects", column_name: column, purpose: "Nobody reads it." },
    },
    ...{ requires_response: false, priority: "normal", ttl_seconds: 3600 },
  };
  const { first_opinion } = await triageMessage({ ctx, input: message });
  return first_opinion?.reason;
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
