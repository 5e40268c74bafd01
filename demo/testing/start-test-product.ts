import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDemoProduct } from "@/demo";
import { createConnectorClient, type DataProduct } from "@/server/data-product";
import { AppError } from "@/server/platform";

const TEST_TOKEN = "good-token";
export const TEST_ROWS = 5000;

export interface TestProduct {
  url: string;
  dataDir: string;
  product: DataProduct;
  call(method: string, path: string, body?: unknown, token?: string | null): Promise<Response>;
  clientOf(url: string): DataProduct;
  /** Ends the product and keeps its data. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** A small product on a free port with a folder of its own, removed at the end. */
export async function startTestProduct(queriesPerSecond = 0): Promise<TestProduct> {
  const dataDir = await mkdtemp(join(tmpdir(), "demo-product-"));
  const product = await startOn(dataDir, queriesPerSecond);
  return {
    url: product.url,
    dataDir,
    product: clientOf(product.url),
    clientOf,
    stop: () => product.close(),
    call: (method, path, body, token = TEST_TOKEN) =>
      fetch(new URL(path, product.url), {
        method,
        headers: {
          "content-type": "application/json",
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    async close() {
      await product.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const clientOf = (baseUrl: string) =>
  createConnectorClient({
    baseUrl,
    productId: "duckdb-spawn",
    getToken: async () => TEST_TOKEN,
  });

export function startOn(dataDir: string, queriesPerSecond = 0) {
  return startDemoProduct({
    port: 0,
    rows: TEST_ROWS,
    dataDir,
    queriesPerSecond,
    verifyToken: async (token) => {
      if (token !== TEST_TOKEN) throw new AppError("unauthenticated", "This token is not good.");
    },
  });
}
