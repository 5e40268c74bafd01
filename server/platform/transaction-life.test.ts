import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { closeDatabase, type Database, openDatabase, type Transaction } from "./db";
import { createTestDatabase, type TestDatabase } from "./testing";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  // One connection: whatever comes after a loss gets the one that has taken its place.
  db = openDatabase(database.url, 1);
  await db.execute(sql`create table written (n int)`);
});
afterAll(async () => {
  await closeDatabase(db);
  await database.drop();
});

const write = (on: Database | Transaction, n: number) =>
  on.execute(sql`insert into written values (${n})`);
const written = async () =>
  (await database.db.execute<{ n: number }>(sql`select n from written order by n`)).map((r) => r.n);

/** Ends the connection of a transaction as a crash of the server does. */
async function cut(tx: Transaction): Promise<void> {
  const [row] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
  await database.db.execute(sql`select pg_terminate_backend(${row?.pid}::int)`);
}
/** A query of somebody else: it takes the connection anew. */
const untilBack = () => vi.waitFor(() => db.execute(sql`select 1`), { timeout: 10_000 });
const LOST = { code: "CONNECTION_CLOSED" };

test("a connection that is lost during a statement fails its transaction, not the process", async () => {
  const lost = db.transaction(async (tx) => {
    await write(tx, 1);
    await tx.execute(sql`select pg_sleep(20)`);
  });
  const [row] = await vi.waitFor(async () => {
    const found = await database.db.execute<{ pid: number }>(sql`select pid from pg_stat_activity
      where query ilike 'select pg_sleep%' and datname = current_database()`);
    expect(found).toHaveLength(1);
    return found;
  });
  await database.db.execute(sql`select pg_terminate_backend(${row?.pid}::int)`);
  await expect(lost).rejects.toThrow();
  await untilBack();
  await write(db, 2);
  expect(await written()).toEqual([2]);
});

test("nothing of a transaction is written after its connection was lost, on whatever took its place", async () => {
  let after: unknown;
  const lost = db.transaction(async (tx) => {
    await write(tx, 10);
    await cut(tx);
    await untilBack();
    after = await write(tx, 11).catch((error: Error) => error.cause ?? error);
  });
  await expect(lost).rejects.toMatchObject(LOST);
  await vi.waitFor(() => expect(after).toMatchObject(LOST), { timeout: 10_000 });
  expect(await written()).toEqual([2]);
});

test("a loss within a savepoint fails the whole transaction", async () => {
  const lost = db.transaction(async (tx) => {
    await write(tx, 20);
    await tx.transaction(async (inner) => {
      await write(inner, 21);
      await cut(inner);
      await untilBack();
      await write(inner, 22);
    });
  });
  await expect(lost).rejects.toMatchObject(LOST);
  await untilBack();
  expect(await written()).toEqual([2]);
});

test("a transaction that has ended takes no further statement", async () => {
  let kept: Transaction | undefined;
  await db.transaction(async (tx) => {
    kept = tx;
  });
  await expect(kept && write(kept, 30)).rejects.toMatchObject({ cause: LOST });
  expect(await written()).toEqual([2]);
});
