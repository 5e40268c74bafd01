import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { users } from "@/drizzle/schema";
import { env } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from ".";

const opened: TestDatabase[] = [];
afterAll(async () => {
  await Promise.all(opened.map((database) => database.drop()));
});

async function open(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  opened.push(database);
  return database;
}

const person = { email: "a@example.org", name: "A", passwordHash: "x", roles: [] };

test("every suite gets the migrated schema and sees no other suite's rows", async () => {
  const [first, second] = await Promise.all([open(), open()]);
  await first.db.insert(users).values(person);
  expect(await first.db.$count(users)).toBe(1);
  expect(await second.db.$count(users)).toBe(0);
});

test("a dropped database is gone, even with a client still connected", async () => {
  const kept = await open();
  const dropped = await createTestDatabase();
  const name = new URL(dropped.url).pathname.slice(1);
  await dropped.drop();
  const rows = await kept.db.execute(sql`select 1 from pg_database where datname = ${name}`);
  expect(rows).toHaveLength(0);
});

test("settings of a test run are demo mode with a random secret", () => {
  expect(env().SIDECAR_MODE).toBe("demo");
  expect(env().AUTH_SECRET).not.toContain("development");
});
