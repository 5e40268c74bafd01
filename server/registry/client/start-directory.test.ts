import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { dataProducts } from "@/drizzle/schema";
import { createRegistry, type Registry } from "@/server/api/registry/testing/harness";
import { rotateSigningKey, signDetached } from "@/server/identity";
import { acceptSignedMessage } from "@/server/messaging";
import { messageOf } from "@/server/messaging/testing/peer";
import { createRoot, env, type Root, type Settings, systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { enrolAgent, findPeers, getDirectory, type RunningDirectory, startDirectory } from "..";

const TIMES = { beatMs: 200, waitSeconds: 2, wholeMs: 60_000, retryMs: 50 };

let registry: Registry;
let server: Server;
let port = 0;
let databases: TestDatabase[] = [];
let running: RunningDirectory[] = [];

async function listen(at: number): Promise<void> {
  server = createServer(getRequestListener((request) => registry.fetch(request)));
  await new Promise<void>((resolve) => server.listen(at, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
}
async function shut(): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

beforeAll(async () => {
  registry = await createRegistry();
  registry.clock.now = () => new Date();
  await listen(0);
});
afterEach(async () => {
  await Promise.all(running.map((each) => each.stop()));
  await Promise.all(databases.map((each) => each.drop()));
  running = [];
  databases = [];
});
afterAll(async () => {
  await shut();
  await registry.drop();
});

/** A sidecar's process with a database and keys of its own. */
async function sidecar(name: string, change: Partial<Settings> = {}): Promise<Root> {
  const database = await createTestDatabase();
  databases.push(database);
  const settings = {
    ...env(),
    AGENT_ID: name,
    AGENT_DOMAIN: "risk",
    DATA_PRODUCT_ID: `product-of-${name}`,
    MODEL_MANIFEST: "no-models.json",
    MCP_REGISTRY_URL: `http://127.0.0.1:${port}`,
    ...change,
  };
  return createRoot("test", { db: database.db, settings });
}

function start(root: Root): RunningDirectory {
  const directory = startDirectory(root, TIMES);
  running.push(directory);
  return directory;
}

async function enrolled(name: string): Promise<Root> {
  const input = { agent_id: name, product_id: `product-of-${name}`, domain: "risk" };
  const { token } = await enrolAgent({ ctx: registry.ctx, input });
  return sidecar(name, { MCP_REGISTRY_TOKEN: token });
}

const contextOf = (root: Root) => systemContext(root, "test");
const directoryOf = (root: Root) => getDirectory({ ctx: contextOf(root) });
const peersOf = async (root: Root) =>
  (await findPeers({ ctx: root, input: {} })).map(({ agent_id }) => agent_id);
const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 50 });

test("sidecars register, find each other, and hear when one stops, which can still be sent to", async () => {
  const [a, b] = [await enrolled("mesh-a"), await enrolled("mesh-b")];
  const [first, second] = [start(a), start(b)];
  await until(async () => {
    expect(await peersOf(a)).toEqual(["mesh-b"]);
    expect(await peersOf(b)).toEqual(["mesh-a"]);
  });
  expect(first.status()).toEqual({ isConfigured: true, isRegistered: true, error: null });
  expect(await directoryOf(a)).toMatchObject({ is_registry_reachable: true, error: null });
  const capable = await findPeers({
    ctx: a,
    input: { domain: "risk", capability: "coordination" },
  });
  expect(capable.map(({ agent_id }) => agent_id)).toEqual(["mesh-b"]);
  await second.stop();
  const statusOfB = async () =>
    (await directoryOf(a)).agents.find(({ agent_id }) => agent_id === "mesh-b")?.status;
  await until(async () => expect(await statusOfB()).toBe("offline"));
  expect(await peersOf(a)).toEqual(["mesh-b"]);
  start(b);
  await until(async () => expect(await statusOfB()).toBe("online"));
});

test("without the registry the directory stays, with its age; when it is back all goes on", async () => {
  const [a, b] = [await enrolled("down-a"), await enrolled("down-b")];
  const directory = start(a);
  start(b);
  await until(async () => expect(await peersOf(a)).toContain("down-b"));
  await shut();
  await until(async () => {
    const { is_registry_reachable, error, refreshed_at } = await directoryOf(a);
    expect([is_registry_reachable, refreshed_at === null]).toEqual([false, false]);
    expect(error).toContain("does not answer");
  });
  expect(await peersOf(a)).toContain("down-b");
  // Told by the next heartbeat, which is not the call that failed first.
  await until(async () => expect(directory.status()).toMatchObject({ isRegistered: false }));
  await listen(port);
  await until(async () =>
    expect(await directoryOf(a)).toMatchObject({ is_registry_reachable: true, error: null }),
  );
  await until(async () => expect(directory.status()).toMatchObject({ isRegistered: true }));
});

test("after a rotation the others know the new key, and one that was compromised no longer", async () => {
  const [a, b] = [await enrolled("turn-a"), await enrolled("turn-b")];
  start(a);
  start(b);
  const keysOfA = async () => {
    const { agents } = await directoryOf(b);
    const keys = agents.find(({ agent_id }) => agent_id === "turn-a")?.jwks.keys ?? [];
    return keys.map(({ kid }) => kid);
  };
  await until(async () => expect(await keysOfA()).toHaveLength(1));
  const [old = ""] = await keysOfA();
  const next = await rotateSigningKey({ ctx: contextOf(a), input: { is_compromised: true } });
  await until(async () => expect(await keysOfA()).toEqual([next.kid]));
  expect(next.kid).not.toBe(old);
});

test("a rotation while the registry was away is made up for, through several keys", async () => {
  const a = await enrolled("away-a");
  const directory = start(a);
  await until(async () => expect(directory.status().isRegistered).toBe(true));
  await shut();
  for (const _ of [1, 2])
    await rotateSigningKey({ ctx: contextOf(a), input: { is_compromised: true } });
  await until(async () => expect(directory.status().isRegistered).toBe(false));
  await listen(port);
  await until(async () => expect(directory.status().isRegistered).toBe(true));
});

test("another sidecar of the same AGENT_ID is not taken for the first, and told why", async () => {
  const a = await enrolled("twin");
  start(a);
  await until(async () => expect((await directoryOf(a)).is_registry_reachable).toBe(true));
  const twin = await sidecar("twin");
  const directory = start(twin);
  await until(async () =>
    expect(directory.status().error).toMatch(/another sidecar has this AGENT_ID/),
  );
  expect(await directoryOf(twin)).toMatchObject({ is_registry_reachable: false, agents: [] });
});

test("a message of an agent that is not known yet makes the directory be refreshed, and is taken", async () => {
  const [a, b] = [await enrolled("early-a"), await enrolled("early-b")];
  const first = start(a);
  await until(async () => expect(first.status().isRegistered).toBe(true));
  // The second is registered, and has heard of nobody since.
  const second = start(b);
  await until(async () => expect(second.status().isRegistered).toBe(true));
  await b.db.$client`delete from peers`;
  const text = JSON.stringify(
    messageOf({
      sender: { agent_id: "early-a", product_id: "product-of-early-a", domain: "risk" },
      recipient: { agent_id: "early-b", product_id: "product-of-early-b", domain: "risk" },
    }),
  );
  const { signature } = await signDetached({ ctx: a, input: { text } });
  const input = { text, signature, via: "broker" as const };
  const receipt = await acceptSignedMessage({ ctx: contextOf(b), input });
  expect(receipt).toMatchObject({ is_duplicate: false, delivery_status: "received" });
});

test("while its product has told no domain, the agent registers for none, and says why", async () => {
  const a = await sidecar("homeless", { AGENT_DOMAIN: undefined });
  const product = { productId: "product-of-homeless", domain: "" };
  await a.db.insert(dataProducts).values({ ...product, baseUrl: "http://127.0.0.1:9" });
  const directory = start(a);
  await until(async () =>
    expect(directory.status().error).toMatch(/domain of this agent is not known yet/),
  );
});

test("without MCP_REGISTRY_URL nothing is started", async () => {
  const a = await sidecar("alone", { MCP_REGISTRY_URL: undefined });
  const directory = start(a);
  expect(directory.status()).toEqual({ isConfigured: false, isRegistered: false, error: null });
  expect(await directoryOf(a)).toMatchObject({
    registry_url: null,
    refreshed_at: null,
    agents: [],
  });
});
