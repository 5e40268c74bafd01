import type { EmbeddedProduct, EmbedOptions } from "./embed";
import type { DemoProduct, DemoProductOptions } from "./start-demo-product";

export type { EmbeddedProduct } from "./embed";
export { demoDataSql } from "./financing/data";
export { SQL as demoQueries } from "./financing/project-queries";
export { createTokenVerifier } from "./http/verify-token";

/** Starts the demo data product. DuckDB is loaded only when asked for. */
export async function startDemoProduct(options: DemoProductOptions): Promise<DemoProduct> {
  const { startDemoProduct: start } = await import("./start-demo-product");
  return start(options);
}

/** Serves a database file as a data product inside this process. Loaded only when asked for. */
export async function embedProduct(options: EmbedOptions): Promise<EmbeddedProduct> {
  const { embedProduct: embed } = await import("./embed");
  return embed(options);
}
