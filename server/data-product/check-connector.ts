import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ConnectorCheck, ProductFault } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { newId, type ServiceContext, toAppError } from "@/server/platform";
import { compareSchemas } from "./compare-schemas";
import type { DataProduct, ObservedSchema } from "./port";
import { faultOf, faultText, placeFor, productError } from "./product-error";

const WINDOW_MS = 24 * 3_600_000;
const SCHEMA = "GET /connector/schema";
const QUERY = "POST /connector/query";

/** What a query must not do; where one is answered all the same, nothing stays behind. */
const PROBES = [
  { what: "a write is answered", sql: "CREATE TEMP TABLE _sidecar_probe (a INTEGER)" },
  { what: "a setting is answered", sql: "SET search_path = 'main'" },
  { what: "files can be listed", sql: "SELECT count(*) FROM glob('/*')" },
] as const;

/** A sample is enough to see that a file comes, and that its headers are right. */
const ROWS_MAX = 1000;

/**
 * Asks each reading route of a product, and says what is wrong with its answers in the words that
 * Health uses. Changes nothing on the product.
 */
export async function checkConnector({
  ctx,
  input: { product },
}: {
  ctx: Pick<ServiceContext, "actor" | "clock">;
  input: { product: DataProduct };
}): Promise<ConnectorCheck[]> {
  assertCan(ctx.actor, "product.read");
  let schema: ObservedSchema | undefined;
  return [
    await check(SCHEMA, async () => {
      schema = await product.getSchema();
      const again = compareSchemas(placeFor(product, SCHEMA), schema, await product.getSchema());
      if (again !== null) throw again;
      if (schema.left_out !== undefined) return schema.left_out;
      return `${schema.tables.length} tables, DuckDB ${schema.duckdb_version}`;
    }),
    await check("GET /connector/workload", async () => {
      const found = await product.getWorkload(new Date(ctx.clock.now().getTime() - WINDOW_MS));
      if (found.left_out !== undefined) return found.left_out.fault;
      return `${found.patterns.length} query shapes of the last 24 hours`;
    }),
    await check(QUERY, async () => {
      const request = { sql: "SELECT 42 AS answer", parameters: [], row_limit: 1 };
      const { rows } = await product.query({ ...request, timeout_ms: 2000 });
      const place = placeFor(product, QUERY);
      if (String(rows[0]?.[0]) !== "42") {
        throw productError(place, "wrong_field", { field: "rows[0][0]", what: "it is not 42" });
      }
      for (const probe of PROBES) await assertRefuses(product, probe);
      return "a query without a table is answered; writes and files are refused";
    }),
    await check("GET /connector/export/{table}", () => exportSmallest(product, schema)),
    await check("GET /connector/operations/{id}", async () => {
      await product.getOperation(newId("op"));
      return "an operation never sent is unknown";
    }),
  ];
}

/** Why a route was not asked. */
interface Skipped {
  skipped: string;
}

async function check(
  route: string,
  ask: () => Promise<string | ProductFault | Skipped>,
): Promise<ConnectorCheck> {
  try {
    const found = await ask();
    const asked = { route, is_asked: true };
    if (typeof found === "string") return { ...asked, is_ok: true, detail: found, fault: null };
    if ("skipped" in found) {
      return { route, is_asked: false, is_ok: true, detail: found.skipped, fault: null };
    }
    return { ...asked, is_ok: false, detail: faultText(found), fault: found };
  } catch (error) {
    const { message: detail } = toAppError(error);
    return { route, is_asked: true, is_ok: false, detail, fault: faultOf(error) };
  }
}

async function assertRefuses(
  product: DataProduct,
  { sql, what }: (typeof PROBES)[number],
): Promise<void> {
  try {
    await product.query({ sql, parameters: [], row_limit: 1, timeout_ms: 2000 });
  } catch (error) {
    const code = faultOf(error)?.code;
    if (code === "refused" || code === "forbidden") return;
    throw error;
  }
  throw productError(placeFor(product, QUERY), "not_refused", { field: "sql", what });
}

async function exportSmallest(
  product: DataProduct,
  schema: ObservedSchema | undefined,
): Promise<string | Skipped> {
  if (schema === undefined) return { skipped: "not asked: no schema names a table" };
  const [table] = [...schema.tables].sort((a, b) => a.row_count - b.row_count);
  if (table === undefined) return { skipped: "not asked: the product has no table" };
  const dir = await mkdtemp(path.join(tmpdir(), "sidecar-check-"));
  try {
    const file = path.join(dir, "export.parquet");
    const exported = await product.exportTable(table.name, { rowsMax: ROWS_MAX, seed: 1, file });
    await checkDataVersion(product, schema, { table: table.name, found: exported.dataVersion });
    return `${exported.rows} of ${exported.rowsTotal} rows of ${table.name}`;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * An export of another data version than the schema's is fine when the data has moved on since, and the
 * schema says so too. Throws `wrong_data_version` otherwise.
 */
export async function checkDataVersion(
  product: DataProduct,
  schema: Pick<ObservedSchema, "data_version">,
  { table, found, signal }: { table: string; found: string; signal?: AbortSignal },
): Promise<void> {
  if (found === schema.data_version) return;
  if (found === (await product.getSchema(signal)).data_version) return;
  const place = placeFor(product, `GET /connector/export/${encodeURIComponent(table)}`);
  throw productError(place, "wrong_data_version", {
    field: "X-Data-Version",
    what: "it is not the data_version that the schema tells",
  });
}
