import { once } from "node:events";
import { connect, createServer } from "node:net";
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

test("a subscription that failed does not spoil later ones: the database may be back", async () => {
  const { hostname, port: realPort } = new URL(database.url);
  const gate = createServer((socket) => {
    const real = connect(Number(realPort), hostname);
    for (const end of [socket, real]) end.on("error", () => {});
    socket.pipe(real).pipe(socket);
  });
  const listen = async (port: number) => {
    gate.listen(port, "127.0.0.1");
    await once(gate, "listening");
    const address = gate.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  };
  const port = await listen(0);
  gate.close();
  const url = new URL(database.url);
  Object.assign(url, { hostname: "127.0.0.1", port: String(port) });
  const client = postgres(url.href, { max: 1, connect_timeout: 5 });
  const bus = createPostgresBus(client);
  const ids: string[] = [];
  const subscribe = () => bus.subscribe(({ id }) => ids.push(id));
  await expect(subscribe()).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await listen(port);
  await expect
    .poll(() =>
      subscribe().then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  await publish(database.db, { topic: "product", id: "after" });
  await expect.poll(() => ids).toContain("after");
  await client.end();
  gate.close();
});
