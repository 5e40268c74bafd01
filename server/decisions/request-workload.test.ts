import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { suggestionItems } from "@/drizzle/schema";
import type { TableSchema } from "@/server/contracts";
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
  base = await createTestProduct(20_000);
  folder = await mkdtemp(join(tmpdir(), "sidecar-request-"));
});
afterAll(async () => {
  base.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** The product of the suite with its one table changed, and no workload observed. */
function productWith(change: Partial<TableSchema>): DataProduct {
  const tables = base.schema.tables.map((table) => ({ ...table, ...change }));
  const now = new Date().toISOString();
  const nothing = { product_id: "test-product", since: now, until: now, patterns: [] };
  return {
    ...base.product,
    getSchema: () => Promise.resolve({ ...base.schema, tables }),
    getWorkload: () => Promise.resolve({ ...nothing, dropped_calls: 0 }),
    exportTable: (_, options) => base.product.exportTable("projects", options),
  };
}

/** What a test run for one query of a table makes of each change. */
async function prove(product: DataProduct, table_name: string, query: string) {
  const query_patterns = [{ query, frequency: 100 }];
  const context = { table_name, query_patterns, budget_seconds: 15 };
  const asked = { productId: base.product.productId, context };
  const { id } = await storeSuggestion(database.db, { state: "proving", ...asked });
  await runProof({
    ctx: contextOf(database.db, ACTORS.product),
    input: {
      suggestionId: id,
      product,
      dirs: { cacheDir: join(folder, "cache"), workDir: join(folder, "work") },
      isBusy: () => Promise.resolve(false),
      signal: new AbortController().signal,
    },
  });
  return database.db.select().from(suggestionItems).where(eq(suggestionItems.suggestionId, id));
}

test("no index is dropped because the queries of a request do without it", async () => {
  const sql = "CREATE INDEX by_years ON projects(maturity_years);";
  const index = { name: "by_years", columns: ["maturity_years"], is_unique: false, sql };
  const query = "SELECT count(*) FROM projects WHERE status = 'ACTIVE'";
  const items = await prove(productWith({ indexes: [index] }), "projects", query);
  const drop = items.find(({ candidate }) => candidate.candidate_id.startsWith("drop_index"));
  expect(drop?.role).toBe("alternative");
  expect(drop?.verdict?.reason).toMatch(/Only the queries of the request/);
}, 60_000);

test("a table with quotes, dots and spaces in its name is copied, changed and measured", async () => {
  const name = 'order "lines".x: Größe';
  const query = `SELECT * FROM "${name.replaceAll('"', '""')}" WHERE project_name = 'Project 1'`;
  const items = await prove(productWith({ name }), name, query);
  const index = items.find(({ candidate }) => candidate.change.kind === "add_index");
  expect(index?.candidate.change).toMatchObject({ table: name, column: "project_name" });
  expect(index?.evidence).toMatchObject({ basis: "measured" });
  expect(index?.verdict?.basis).toBe("measured");
}, 60_000);
