import type { WriteGate } from "../engine/connections";
import { ConnectionPool } from "../engine/connections";
import type { Engine } from "../engine/open";
import { Executor } from "./execute";
import { type ProductIdentity, SchemaReader } from "./read-schema";

/** What the connector's routes share: its own connections (never the product's) and its parts. */
export interface Connector {
  schema: SchemaReader;
  executor: Executor;
  /** Catalog reads and bounded queries. */
  reads: ConnectionPool;
  /** One export at a time: it uses one core, and never more. */
  exports: ConnectionPool;
  exportDir: string;
  close(): void;
}

export async function openConnector(
  engine: Engine,
  writes: WriteGate,
  identity: ProductIdentity,
): Promise<Connector> {
  const reads = await ConnectionPool.open(engine.instance, 2);
  const measuring = await ConnectionPool.open(engine.instance, 1);
  const catalog = await ConnectionPool.open(engine.instance, 1);
  const exports = await ConnectionPool.open(engine.instance, 1);
  const schema = new SchemaReader(catalog, measuring, identity, engine.dataDir);
  // Measured ahead, so that the next reader of the schema finds fresh statistics.
  const warmUp = () => void schema.read().catch(() => undefined);
  warmUp();
  return {
    schema,
    executor: new Executor(writes, warmUp),
    reads,
    exports,
    exportDir: engine.exportDir,
    close() {
      for (const pool of [reads, catalog, measuring, exports]) pool.close();
    },
  };
}
