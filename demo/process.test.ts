import { type ChildProcess, spawn as startProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createConnectorClient } from "@/server/data-product";
import { issueToken } from "@/server/identity";

const PRODUCT_ID = "duckdb-spawn";
const children = new Set<ChildProcess>();
let dataDir: string;
let port: number;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "sidecar-process-"));
  port = await freePort();
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(dataDir, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function start(folder = dataDir) {
  const child = startProcess(process.execPath, ["--import", "tsx", "demo/main.ts"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      LOG_LEVEL: "info",
      SPAWN_PORT: String(port),
      SPAWN_ROWS: "2000",
      SPAWN_QUERIES_PER_SECOND: "5",
      SIDECAR_DATA_DIR: folder,
    },
  });
  children.add(child);
  return child;
}

/** Waits for the line that says it listens; rejects with stderr when the process ends instead. */
async function listening(child: ReturnType<typeof start>): Promise<void> {
  const stderr = text(child.stderr);
  for await (const line of createInterface({ input: child.stdout })) {
    if (JSON.parse(line).msg === "demo.listening") return;
  }
  throw new Error(await stderr);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> {
  const gone = once(child, "exit");
  child.kill(signal);
  const [code] = await gone;
  return code;
}

const client = () =>
  createConnectorClient({
    baseUrl: `http://127.0.0.1:${port}`,
    productId: PRODUCT_ID,
    getToken: () =>
      issueToken({ kind: "agent", subject: "sidecar", audience: PRODUCT_ID, ttlSeconds: 60 }),
  });

test("what an operation did outlives kill -9, and is not done again", async () => {
  const first = start();
  await listening(first);
  const request = { operation_id: "op-1", statements: ["CREATE TABLE once (a INTEGER)"] };
  const operation = await client().execute(request);
  await end(first, "SIGKILL");
  await expect(client().getSchema()).rejects.toMatchObject({ code: "product_unreachable" });

  const second = start();
  await listening(second);
  expect(await client().getOperation("op-1")).toEqual(operation);
  expect(await client().execute(request)).toEqual(operation);

  const rival = start(join(dataDir, "other"));
  const said = await text(rival.stderr);
  expect(said).toContain(`Port ${port} is taken`);
  expect(said).toContain("SPAWN_PORT");

  expect(await end(second, "SIGTERM")).toBe(0);
}, 60_000);

test("a token for another audience opens nothing", async () => {
  const child = start();
  await listening(child);
  const stranger = createConnectorClient({
    baseUrl: `http://127.0.0.1:${port}`,
    productId: PRODUCT_ID,
    getToken: () =>
      issueToken({ kind: "agent", subject: "sidecar", audience: "another", ttlSeconds: 60 }),
  });
  await expect(stranger.getSchema()).rejects.toMatchObject({
    code: "product_refused",
    details: { status: 401 },
  });
  expect(await end(child, "SIGINT")).toBe(0);
}, 60_000);
