import type { Spawn, SpawnOptions } from "./spawn/start";

export { createConnectorClient } from "./connector-client";
export type { DataProduct } from "./port";

/** Starts the demo data product. Loaded only when asked for: the web process needs no DuckDB. */
export async function startSpawn(options: SpawnOptions): Promise<Spawn> {
  const { startSpawn: start } = await import("./spawn/start");
  return start(options);
}
