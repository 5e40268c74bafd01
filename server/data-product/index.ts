import type { EmbeddedProduct, EmbedOptions } from "./spawn/embed";
import type { Spawn, SpawnOptions } from "./spawn/start";

export { createConnectorClient } from "./connector-client";
export type { DataProduct } from "./port";
export { readDistinctValues } from "./read-distinct-values";
export { SQL as demoQueries } from "./spawn/api/project-queries";
export { demoDataSql } from "./spawn/data/demo-data-sql";
export type { EmbeddedProduct } from "./spawn/embed";

/** Starts the demo data product. Loaded only when asked for: the web process needs no DuckDB. */
export async function startSpawn(options: SpawnOptions): Promise<Spawn> {
  const { startSpawn: start } = await import("./spawn/start");
  return start(options);
}

/** Serves a database file as a data product inside this process. Loaded only when asked for. */
export async function embedProduct(options: EmbedOptions): Promise<EmbeddedProduct> {
  const { embedProduct: embed } = await import("./spawn/embed");
  return embed(options);
}
