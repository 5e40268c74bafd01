import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "@/server/platform";
import { createConnectorClient, type DataProduct, startSpawn } from "..";

const TEST_TOKEN = "good-token";
export const TEST_ROWS = 5000;

export interface TestSpawn {
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
export async function startTestSpawn(queriesPerSecond = 0): Promise<TestSpawn> {
  const dataDir = await mkdtemp(join(tmpdir(), "sidecar-spawn-"));
  const spawn = await startOn(dataDir, queriesPerSecond);
  return {
    url: spawn.url,
    dataDir,
    product: clientOf(spawn.url),
    clientOf,
    stop: () => spawn.close(),
    call: (method, path, body, token = TEST_TOKEN) =>
      fetch(new URL(path, spawn.url), {
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
      await spawn.close();
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
  return startSpawn({
    port: 0,
    rows: TEST_ROWS,
    dataDir,
    queriesPerSecond,
    verifyToken: async (token) => {
      if (token !== TEST_TOKEN) throw new AppError("unauthenticated", "This token is not good.");
    },
  });
}
