import { type ChildProcess, spawn as startProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createConnectorClient } from "@/server/data-product";
import { environmentWith } from "@/server/platform";

const PRODUCT_ID = "duckdb-spawn";
const children = new Set<ChildProcess>();
let dataDir: string;
let port: number;
/** Stands for the sidecar: the product only ever sees the public half. */
let sidecarKey: CryptoKey;
let jwks: URL;

const sign = (audience: string, subject = "agent-1") =>
  new SignJWT({})
    .setProtectedHeader({ alg: "EdDSA", kid: "k1" })
    .setIssuer("agentic-sidecar")
    .setSubject(subject)
    .setJti(crypto.randomUUID())
    .setAudience(audience)
    .setExpirationTime("1m")
    .sign(sidecarKey);

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "sidecar-process-"));
  port = await freePort();
  const pair = await generateKeyPair("EdDSA");
  sidecarKey = pair.privateKey;
  const keys = [{ ...(await exportJWK(pair.publicKey)), kid: "k1", alg: "EdDSA" }];
  jwks = pathToFileURL(join(dataDir, "jwks.json"));
  await writeFile(jwks, JSON.stringify({ keys }));
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
      // Another team's program: nothing of the sidecar's settings, and no secret of any kind.
      ...environmentWith(["SIDECAR_MODE"]),
      NODE_ENV: "test",
      SIDECAR_JWKS_URL: jwks.href,
      AGENT_ID: "agent-1",
      LOG_LEVEL: "info",
      DEMO_PORT: String(port),
      DEMO_ROWS: "2000",
      DEMO_QUERIES_PER_SECOND: "5",
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
    getToken: () => sign(PRODUCT_ID),
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
  expect(said).toContain("DEMO_PORT");

  expect(await end(second, "SIGTERM")).toBe(0);
}, 60_000);

test("a token for another audience or of another agent opens nothing, and files are their owner's", async () => {
  const child = start();
  await listening(child);
  for (const token of [sign("another"), sign(PRODUCT_ID, "agent-2")]) {
    const stranger = createConnectorClient({
      baseUrl: `http://127.0.0.1:${port}`,
      productId: PRODUCT_ID,
      getToken: () => token,
    });
    await expect(stranger.getSchema()).rejects.toMatchObject({
      code: "product_refused",
      details: { status: 401 },
    });
  }
  const files = (await readdir(dataDir)).filter((name) => /^(spawn|demo)/.test(name));
  expect(files).toContain("spawn.duckdb");
  for (const name of files) {
    expect([name, (await stat(join(dataDir, name))).mode & 0o077]).toEqual([name, 0]);
  }
  expect(await end(child, "SIGINT")).toBe(0);
}, 60_000);
