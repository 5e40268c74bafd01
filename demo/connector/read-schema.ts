import type { ProductSchema } from "@/server/contracts";
import type { ConnectionPool } from "../engine/connections";
import { SERVING_THREADS } from "../engine/open";
import { type CatalogTable, readCatalog, readViews } from "./catalog";
import { type DataState, readDataState, readResources } from "./data-state";
import type { TableStatistics } from "./statistics";
import { StatisticsCache } from "./statistics";

/** Who the product is, as it tells its sidecar. */
export interface ProductIdentity {
  productId: string;
  domain: string;
}

/**
 * Answers the schema: catalog, row counts and versions live, statistics from the cache. The pool
 * has its own connections, so product queries do not wait for it.
 */
export class SchemaReader {
  private readonly cache: StatisticsCache;
  private readonly reading = new Set<Promise<ProductSchema>>();

  constructor(
    private readonly pool: ConnectionPool,
    measuring: ConnectionPool,
    private readonly identity: ProductIdentity,
    private readonly dataDir: string,
  ) {
    this.cache = new StatisticsCache(measuring);
  }

  async read(): Promise<ProductSchema> {
    const reading = this.readNow();
    this.reading.add(reading);
    try {
      return await reading;
    } finally {
      this.reading.delete(reading);
    }
  }

  private async readNow(): Promise<ProductSchema> {
    const { catalog, views, state, version, resources } = await this.pool.use(
      async (connection) => {
        const tables = await readCatalog(connection);
        const [row] = (await connection.runAndReadAll("SELECT version()")).getRowsJson();
        return {
          catalog: tables,
          views: await readViews(connection),
          state: await readDataState(connection, tables),
          version: String(row?.[0]),
          resources: await readResources(connection, this.dataDir),
        };
      },
    );
    const statistics = await this.cache.read(catalog, state);
    return {
      product_id: this.identity.productId,
      domain: this.identity.domain,
      duckdb_version: version,
      threads: SERVING_THREADS,
      resources,
      data_version: state.dataVersion,
      schema_fingerprint: state.schemaFingerprint,
      tables: catalog.map((table) => toTable(table, state, statistics.get(table.name))),
      views,
    };
  }

  /** Waits for what is being read and measured (before the database closes). */
  async settled(): Promise<void> {
    await Promise.allSettled(this.reading);
    await this.cache.settled();
  }
}

function toTable(
  table: CatalogTable,
  state: DataState,
  statistics: TableStatistics | undefined,
): ProductSchema["tables"][number] {
  return {
    name: table.name,
    comment: table.comment,
    row_count: state.rowCounts.get(table.name) ?? 0,
    estimated_bytes: statistics?.estimatedBytes ?? 0,
    columns: table.columns.map((column) => ({
      ...column,
      statistics: statistics?.columns.get(column.name) ?? null,
    })),
    indexes: table.indexes,
    constraints: table.constraints,
  };
}
