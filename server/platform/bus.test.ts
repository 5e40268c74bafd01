import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BusEvent } from "@/server/contracts";
import { createPostgresBus, publish } from "./bus";
import { createTestDatabase, type TestDatabase } from "./testing";

let database: TestDatabase;
const heard: BusEvent[] = [];
let stop: () => Promise<void>;

beforeAll(async () => {
  database = await createTestDatabase();
  stop = await createPostgresBus(database.db.$client).subscribe((event) => heard.push(event));
});
afterAll(async () => {
  await stop();
  await database.drop();
});

/** Waits until everything sent before was heard: events of a database arrive in order. */
async function drain(): Promise<BusEvent[]> {
  const last: BusEvent = { topic: "product", id: crypto.randomUUID() };
  await publish(database.db, last);
  const isLast = (event: BusEvent) => event.topic === "product" && event.id === last.id;
  await expect.poll(() => heard.some(isLast)).toBe(true);
  return heard.splice(0).filter((event) => !isLast(event));
}

test("an event of a transaction is delivered after the commit, not before", async () => {
  const { db } = database;
  await db.transaction(async (tx) => {
    await publish(tx, { topic: "product", id: "1" });
    expect(await drain()).toEqual([]);
  });
  expect(await drain()).toEqual([{ topic: "product", id: "1" }]);
});

test("equal events of one transaction are delivered once", async () => {
  await database.db.transaction(async (tx) => {
    for (const id of ["1", "2", "1"]) await publish(tx, { topic: "product", id });
  });
  expect(await drain()).toEqual([
    { topic: "product", id: "1" },
    { topic: "product", id: "2" },
  ]);
});

test("a transaction that is rolled back tells nobody", async () => {
  const failure = new Error("rolled back by the test");
  const rolledBack = database.db.transaction(async (tx) => {
    await publish(tx, { topic: "product", id: "1" });
    throw failure;
  });
  await expect(rolledBack).rejects.toBe(failure);
  expect(await drain()).toEqual([]);
});

/** A way to the database that can be shut, as when it restarts. */
async function openGate() {
  const { hostname, port } = new URL(database.url);
  const sockets = new Set<Socket>();
  const gate = createServer((socket) => {
    const real = connect(Number(port), hostname);
    for (const end of [socket, real]) sockets.add(end.on("error", () => {}));
    socket.pipe(real).pipe(socket);
  });
  const open = async (at: number) => {
    gate.listen(at, "127.0.0.1");
    await once(gate, "listening");
  };
  await open(0);
  const address = gate.address();
  const url = new URL(database.url);
  if (typeof address === "object" && address !== null) url.host = `127.0.0.1:${address.port}`;
  return {
    url: url.href,
    open: () => open(Number(url.port)),
    shut() {
      gate.close();
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
  };
}

test("after the database was away everybody hears again but those who were told that it failed", async () => {
  const gate = await openGate();
  const client = postgres(gate.url, { max: 1, connect_timeout: 5 });
  const bus = createPostgresBus(client);
  const subscribe = async (ids: string[]) => void (await bus.subscribe(({ id }) => ids.push(id)));
  const early: string[] = [];
  const late: string[] = [];
  let failed: string[] = [];
  await subscribe(early);
  gate.shut();
  const fail = () => {
    // The first tries may still find the old connection.
    failed = [];
    return subscribe(failed).catch(({ code }) => code);
  };
  await expect.poll(fail).toBe("ECONNREFUSED");
  await gate.open();
  const isBack = () =>
    subscribe(late).then(
      () => true,
      () => false,
    );
  await expect.poll(isBack, { timeout: 20_000 }).toBe(true);
  await publish(database.db, { topic: "product", id: "after" });
  await expect.poll(() => [early, late]).toEqual([["after"], ["after"]]);
  expect(failed).toEqual([]);
  await client.end();
  gate.shut();
}, 30_000);
