import { eq, inArray, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { suggestions } from "@/drizzle/schema";
import { closeDatabase, type Database, openDatabase, type Transaction } from "./db";
import { createTestDatabase, type TestDatabase } from "./testing";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  // One connection, which all statements below share.
  db = openDatabase(database.url, 1);
});
afterAll(async () => {
  await closeDatabase(db);
  await database.drop();
});

const find = (on: Database | Transaction, ids: string[]) =>
  on
    .select({ id: suggestions.id })
    .from(suggestions)
    .where(ids.length === 1 ? eq(suggestions.id, ids[0] ?? "") : inArray(suggestions.id, ids));

test("plans a statement once a connection, in transactions too", async () => {
  await find(db, ["a"]);
  await db.transaction(async (tx) => {
    await find(tx, ["b"]);
    await tx.transaction((inner) => find(inner, ["c"]));
  });
  // Of no parameter, and longer than is worth the memory.
  await db.execute(sql`select count(*) from suggestions`);
  const ids = Array.from({ length: 1000 }, (_, at) => `id-${at}`);
  await find(db, ids);
  const prepared = await db.execute<{ uses: number }>(
    sql`select (generic_plans + custom_plans)::int as uses from pg_prepared_statements
      where statement like ${"%suggestions%"}`,
  );
  expect(prepared.map(({ uses }) => uses)).toEqual([3]);
});
