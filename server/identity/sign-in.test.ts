import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { signInAttempts } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { verifyCredentials } from "./sign-in";
import { createUser, deactivateUser } from "./users";

const SYSTEM: Actor = { kind: "system", id: "t", label: "t", roles: [] };
const PASSWORD = "correct horse battery";
const EMAIL = "ada@example.org";
let database: TestDatabase;
const ctx = () => ({ db: database.db, actor: SYSTEM, requestId: "req-1" });

const signIn = (password: string, email = EMAIL, address = "10.0.0.1") =>
  verifyCredentials({ ctx: database, input: { email, password, address } });

/** Failures noted without the work of checking a password. */
const fail = (times: number, email: string, address: string) =>
  database.db
    .insert(signInAttempts)
    .values(Array.from({ length: times }, () => ({ email, address })));

beforeAll(async () => {
  database = await createTestDatabase();
  const input = { email: EMAIL, name: "Ada", password: PASSWORD, roles: [] };
  await createUser({ ctx: ctx(), input });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db.delete(signInAttempts);
});

test("the right password signs in, however the address is written; no secret comes back", async () => {
  const user = await signIn(PASSWORD, " ADA@example.org ");
  expect(user?.email).toBe(EMAIL);
  expect(user).not.toHaveProperty("passwordHash");
});

test("a wrong password, an unknown and a deactivated user look alike", async () => {
  const input = { email: "gone@example.org", name: "G", password: PASSWORD, roles: [] };
  const gone = await createUser({ ctx: ctx(), input });
  await deactivateUser({ ctx: ctx(), input: { user_id: gone.id } });
  expect(await signIn("wrong password")).toBeNull();
  expect(await signIn(PASSWORD, "nobody@example.org")).toBeNull();
  expect(await signIn(PASSWORD, "gone@example.org")).toBeNull();
});

test("an unknown user costs the same work as a known one", async () => {
  const time = async (email: string) => {
    const started = performance.now();
    await signIn("wrong password", email, "10.0.0.9");
    return performance.now() - started;
  };
  await time("warm@example.org");
  const known = Math.min(await time(EMAIL), await time(EMAIL), await time(EMAIL));
  const unknown = Math.min(await time("u1@a.org"), await time("u2@a.org"), await time("u3@a.org"));
  // Without the dummy hash the unknown one takes a tenth.
  expect(unknown).toBeGreaterThan(known / 3);
});

test("after ten failures even the right password is refused, but not from elsewhere", async () => {
  await fail(10, EMAIL, "10.0.0.1");
  await expect(signIn(PASSWORD)).rejects.toMatchObject({ code: "rate_limited" });
  expect(await signIn(PASSWORD, EMAIL, "10.0.0.2")).not.toBeNull();
});

test("guesses from many places at one person, and from one place at many, are limited too", async () => {
  for (let place = 0; place < 10; place += 1) await fail(5, EMAIL, `10.1.0.${place}`);
  await expect(signIn(PASSWORD)).rejects.toMatchObject({ code: "rate_limited" });
  await database.db.delete(signInAttempts);
  for (let person = 0; person < 20; person += 1) await fail(5, `p${person}@a.org`, "10.0.0.1");
  await expect(signIn(PASSWORD)).rejects.toMatchObject({ code: "rate_limited" });
});

test("parallel guesses count each other", async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 14 }, () => signIn("wrong password")),
  );
  const refused = outcomes.filter(({ status }) => status === "rejected");
  expect(refused.length).toBeGreaterThanOrEqual(4);
});

test("failures are forgotten after a quarter of an hour, and by a success", async () => {
  await fail(10, EMAIL, "10.0.0.1");
  await database.db.update(signInAttempts).set({ at: sql`now() - interval '16 minutes'` });
  expect(await signIn(PASSWORD)).not.toBeNull();
  await fail(9, EMAIL, "10.0.0.1");
  expect(await signIn(PASSWORD)).not.toBeNull();
  await fail(9, EMAIL, "10.0.0.1");
  expect(await signIn(PASSWORD)).not.toBeNull();
});
