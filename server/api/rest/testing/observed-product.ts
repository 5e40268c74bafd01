import { dataProducts } from "@/drizzle/schema";
import type { ProductSchema } from "@/server/contracts";
import { emptySchema } from "@/server/decisions/testing/fixtures";
import type { Database } from "@/server/platform";

/** Stores what the observer would have of the sidecar's own product: one table, `projects`. */
export async function storeObservedProduct(
  db: Database,
  schema: ProductSchema | null = schemaOf(["projects"]),
): Promise<void> {
  const row = { productId: "duckdb-spawn", domain: "test", baseUrl: "http://127.0.0.1:1", schema };
  await db
    .insert(dataProducts)
    .values(row)
    .onConflictDoUpdate({ target: dataProducts.productId, set: { schema } });
}

const PROJECTS: ProductSchema["tables"][number] = {
  name: "projects",
  row_count: 5000,
  estimated_bytes: 100_000,
  columns: [
    { name: "status", type: "VARCHAR", nullable: false, default_sql: null, statistics: null },
  ],
  indexes: [],
  constraints: [],
};

/** The schema of a product with tables of these names. */
export function schemaOf(names: readonly string[]): ProductSchema {
  return emptySchema({ tables: names.map((name) => ({ ...PROJECTS, name })) });
}
