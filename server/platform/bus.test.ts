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
