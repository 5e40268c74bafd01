import type { ProductSchema } from "@/server/contracts";
import { SERVING_THREADS } from "../engine/open";
import type { ConnectionPool } from "../engine/pool";
import { readCatalog } from "./catalog";
import { readDataState } from "./data-version";
import { readStatistics, type TableStatistics } from "./statistics";

/**
 * Answers the schema: catalog and row counts live, statistics once per data version. The pool has
 * its own connections, so product queries do not wait for it.
 */
export class SchemaReader {
  private cached: { version: string; tables: Promise<Map<string, TableStatistics>> } | null = null;

  constructor(
    private readonly pool: ConnectionPool,
    private readonly productId: string,
  ) {}

  async read(): Promise<ProductSchema> {
    return this.pool.use(async (connection) => {
      const catalog = await readCatalog(connection);
      const state = await readDataState(connection, catalog);
      if (this.cached?.version !== state.dataVersion) {
        const tables = this.measure(connection, catalog, state.rowCounts);
        this.cached = { version: state.dataVersion, tables };
        // A failed measurement must not be remembered.
        tables.catch(() => {
          if (this.cached?.tables === tables) this.cached = null;
        });
      }
      const statistics = await this.cached.tables;
      const [version] = (await connection.runAndReadAll("SELECT version()")).getRowsJson();
      return {
        product_id: this.productId,
        domain: "project-financing",
        duckdb_version: String(version?.[0]),
        threads: SERVING_THREADS,
        data_version: state.dataVersion,
        schema_fingerprint: state.schemaFingerprint,
        tables: catalog.map((table) => ({
          name: table.name,
          row_count: state.rowCounts.get(table.name) ?? 0,
          estimated_bytes: statistics.get(table.name)?.estimatedBytes ?? 0,
          columns: table.columns.map((column) => ({
            ...column,
            statistics: statistics.get(table.name)?.columns.get(column.name) ?? null,
          })),
          indexes: table.indexes,
          constraints: table.constraints,
        })),
      };
    });
  }

  /** Waits for a measurement under way (before the database closes). */
  async settled(): Promise<void> {
    await this.pool.use(async () => undefined);
  }

  private async measure(
    connection: Parameters<typeof readCatalog>[0],
    catalog: Awaited<ReturnType<typeof readCatalog>>,
    rowCounts: Map<string, number>,
  ): Promise<Map<string, TableStatistics>> {
    const measured = new Map<string, TableStatistics>();
    for (const table of catalog) {
      measured.set(
        table.name,
        await readStatistics(connection, table, rowCounts.get(table.name) ?? 0),
      );
    }
    return measured;
  }
}
