import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { suggestionItems } from "@/drizzle/schema";
import type { DataProduct } from "@/server/data-product";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { createTestProduct, type TestProduct } from "@/server/proving/testing/product";
import { runProof } from "./run-proof";
import { ACTORS, contextOf, storeSuggestion } from "./testing/fixtures";

let database: TestDatabase;
let base: TestProduct;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  base = await createTestProduct(2000);
  folder = await mkdtemp(join(tmpdir(), "sidecar-request-"));
});
afterAll(async () => {
  base.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** The product of the suite with an index on projects.maturity_years, and no workload observed. */
function productWithIndex(): DataProduct {
  const sql = "CREATE INDEX by_years ON projects(maturity_years);";
  const index = { name: "by_years", columns: ["maturity_years"], is_unique: false, sql };
  const tables = base.schema.tables.map((table) => ({ ...table, indexes: [index] }));
  const now = new Date().toISOString();
  const nothing = { product_id: "test-product", since: now, until: now, patterns: [] };
  return {
    ...base.product,
    getSchema: () => Promise.resolve({ ...base.schema, tables }),
    getWorkload: () => Promise.resolve({ ...nothing, dropped_calls: 0 }),
  };
}

test("no index is dropped because the queries of a request do without it", async () => {
  const query = "SELECT count(*) FROM projects WHERE status = 'ACTIVE'";
  const context = { table_name: "projects", query_patterns: [{ query, frequency: 100 }] };
  const asked = { productId: base.product.productId, context };
  const { id } = await storeSuggestion(database.db, { state: "proving", ...asked });
  await runProof({
    ctx: contextOf(database.db, ACTORS.product),
    input: {
      suggestionId: id,
      product: productWithIndex(),
      dirs: { cacheDir: join(folder, "cache"), workDir: join(folder, "work") },
      isBusy: () => Promise.resolve(false),
      signal: new AbortController().signal,
    },
  });
  const items = await database.db
    .select()
    .from(suggestionItems)
    .where(eq(suggestionItems.suggestionId, id));
  const drop = items.find(({ candidate }) => candidate.candidate_id.startsWith("drop_index"));
  expect(drop?.role).toBe("alternative");
  expect(drop?.verdict?.reason).toMatch(/Only the queries of the request/);
}, 60_000);
