import { eq, inArray, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents, suggestions } from "@/drizzle/schema";
import { closeDatabase, type Database, openDatabase, type Transaction } from "./db";
import { insertRows } from "./insert-rows";
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

test("inserts many rows by one parameter, in their order, with defaults, nulls and every kind of value", async () => {
  const at = new Date("2026-03-29T01:30:00.123Z");
  const by = { actorKind: "user" as const, actorId: "u", actorLabel: "u", requestId: null };
  const about = { action: "test.insert", subjectType: "test", subjectId: 'a "quoted" \\ id' };
  const values = [null, "a text", 1.5, [], { deep: { nothing: null, text: "ä\n'" } }];
  const rows = values.map((after) => ({ ...by, ...about, at, before: null, after }));
  await db.execute(insertRows(auditEvents, rows));
  const kept = await db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.action, about.action))
    .orderBy(auditEvents.id);
  expect(kept).toEqual(rows.map((row) => ({ ...row, id: expect.any(Number) })));
  const nulls = await db.execute(sql`select from audit_events where after is null`);
  expect(nulls).toHaveLength(1);
});
