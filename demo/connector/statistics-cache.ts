import { shortHash } from "@/server/platform";
import type { ConnectionPool } from "../engine/pool";
import type { CatalogTable } from "./catalog";
import { type DataState, sizeBucket } from "./data-version";
import { readStatistics, type TableStatistics } from "./statistics";

/**
 * Statistics by table. A new data version is measured in the background; a table of the same
 * columns and about the same size keeps its former ones until then (a new index or row order does
 * not change them), so that only a table never measured makes its reader wait.
 */
export class StatisticsCache {
  private readonly measured = new Map<string, { key: string; statistics: TableStatistics }>();
  private version = "";
  private under: Promise<void> = Promise.resolve();

  constructor(private readonly pool: ConnectionPool) {}

  async read(catalog: CatalogTable[], state: DataState): Promise<Map<string, TableStatistics>> {
    if (this.version !== state.dataVersion) this.refresh(catalog, state);
    const isKnown = (table: CatalogTable) =>
      this.measured.get(table.name)?.key === keyOf(table, state);
    if (!catalog.every(isKnown)) await this.settled();
    return new Map([...this.measured].map(([name, { statistics }]) => [name, statistics]));
  }

  async settled(): Promise<void> {
    await this.under.catch(() => undefined);
  }

  private refresh(catalog: CatalogTable[], state: DataState): void {
    this.version = state.dataVersion;
    this.under = this.pool.use(async (connection) => {
      for (const table of catalog) {
        const rowCount = state.rowCounts.get(table.name) ?? 0;
        const statistics = await readStatistics(connection, table, rowCount);
        this.measured.set(table.name, { key: keyOf(table, state), statistics });
      }
      const names = new Set(catalog.map((table) => table.name));
      for (const name of this.measured.keys()) if (!names.has(name)) this.measured.delete(name);
    });
    // A failed measurement (a table dropped meanwhile) is not remembered: the next read measures.
    this.under.catch(() => {
      this.version = "";
    });
  }
}

function keyOf(table: CatalogTable, state: DataState): string {
  return shortHash(
    JSON.stringify([
      table.columns.map(({ name, type }) => [name, type]),
      sizeBucket(state.rowCounts.get(table.name) ?? 0),
    ]),
  );
}
