import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { auditEvents, sessions, signInAttempts } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { signIn as verb } from "./sign-in";
import { createUser, deactivateUser, type User } from "./users";

const SYSTEM: Actor = { kind: "system", id: "t", label: "t", roles: [] };
const PASSWORD = "correct horse battery";
const EMAIL = "ada@example.org";
const HERE = "10.0.0.1";
let database: TestDatabase;
let ada: User;
const ctx = () => ({ db: database.db, actor: SYSTEM, requestId: "req-1" });

const signIn = (password: string, email = EMAIL, address = HERE) =>
  verb({ ctx: ctx(), input: { email, password, address } });

/** Failures noted without the work of checking a password. */
const fail = (times: number, email = EMAIL, address = HERE) =>
  database.db
    .insert(signInAttempts)
    .values(Array.from({ length: times }, () => ({ email, address })));

/** As if nothing had been tried for so long. */
const pass = (seconds: number) =>
  database.db
    .update(signInAttempts)
    .set({ at: sql`${signInAttempts.at} - make_interval(secs => ${seconds})` });

const auditOf = (action: string) =>
  database.db.select().from(auditEvents).where(eq(auditEvents.action, action));

beforeAll(async () => {
  database = await createTestDatabase();
  const input = { email: EMAIL, name: "Ada", password: PASSWORD, roles: [] };
  ada = await createUser({ ctx: ctx(), input });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db.delete(signInAttempts);
  await database.db.delete(auditEvents);
  await database.db.delete(sessions);
});

test("the right password begins a session, however the address is written; no secret comes back", async () => {
  const begun = await signIn(PASSWORD, " ADA@example.org ");
  expect(begun?.user.email).toBe(EMAIL);
  expect(begun?.user).not.toHaveProperty("passwordHash");
  const rows = await database.db.select().from(sessions);
  expect(rows).toMatchObject([{ id: begun?.sessionId, userId: ada.id, network: HERE }]);
  const audit = await auditOf("session.start");
  expect(audit).toMatchObject([{ actorId: ada.id, subjectId: begun?.sessionId }]);
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

test.each([
  [4, 0],
  [5, 1],
  [6, 2],
  [10, 32],
  [20, 900],
])("after %d failures from one place the next attempt there waits %d s", async (times, seconds) => {
  await fail(times);
  if (seconds > 0) {
    await pass(seconds - 0.9);
    await expect(signIn(PASSWORD)).rejects.toMatchObject({ code: "rate_limited" });
    await pass(1);
  }
  expect(await signIn(PASSWORD)).not.toBeNull();
});

test("attempts during the wait do not lengthen it", async () => {
  await fail(10);
  const left = async () => {
    const error = await signIn("wrong password").catch((thrown) => thrown);
    return error.details.retry_after_seconds as number;
  };
  const first = await left();
  for (let turn = 0; turn < 5; turn += 1) await left();
  expect(await left()).toBeLessThanOrEqual(first);
  expect(await database.db.$count(signInAttempts)).toBe(10);
});

test("nobody's failures elsewhere shut a person out", async () => {
  for (let place = 0; place < 20; place += 1) await fail(50, EMAIL, `10.1.0.${place}`);
  expect(await signIn(PASSWORD)).not.toBeNull();
  await fail(500, "others@example.org", "10.2.0.1");
  expect(await signIn(PASSWORD)).not.toBeNull();
});

test("a network that guesses at many people waits, but not with who signed in from there before", async () => {
  const eve = await createUser({
    ctx: ctx(),
    input: { email: "eve@example.org", name: "E", password: PASSWORD, roles: [] },
  });
  await signIn(PASSWORD);
  for (let person = 0; person < 100; person += 1) await fail(1, `p${person}@a.org`);
  await expect(signIn(PASSWORD, eve.email)).rejects.toMatchObject({ code: "rate_limited" });
  await expect(signIn(PASSWORD, "nobody@a.org")).rejects.toMatchObject({ code: "rate_limited" });
  expect(await signIn(PASSWORD, eve.email, "10.0.0.2")).not.toBeNull();
  expect(await signIn(PASSWORD)).not.toBeNull();
});

test("who has a whole IPv6 network cannot count from one address to the next", async () => {
  await fail(10, EMAIL, "2001:db8:1:2::/64");
  const attempt = signIn(PASSWORD, EMAIL, "2001:db8:1:2:aaaa::1");
  await expect(attempt).rejects.toMatchObject({ code: "rate_limited" });
  expect(await signIn(PASSWORD, EMAIL, "2001:db8:1:3::1")).not.toBeNull();
});

test("parallel guesses wait for each other", async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 14 }, () => signIn("wrong password")),
  );
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
});

test("failures are forgotten after an hour, and by a success", async () => {
  await fail(10);
  await pass(3601);
  expect(await signIn(PASSWORD)).not.toBeNull();
  await fail(4);
  expect(await signIn(PASSWORD)).not.toBeNull();
  expect(await database.db.$count(signInAttempts)).toBe(0);
});

test("a failure and a wait leave audit rows that name who was meant and from where", async () => {
  await fail(4);
  await signIn("wrong password");
  await signIn("wrong password", "nobody@example.org");
  const failed = await auditOf("sign_in.fail");
  expect(failed).toMatchObject([
    { subjectId: ada.id, after: { email: EMAIL, address: HERE }, requestId: "req-1" },
    { subjectId: "unknown", after: { email: "nobody@example.org" } },
  ]);
  expect(await auditOf("sign_in.back_off")).toMatchObject([
    { subjectId: ada.id, after: { failures: 5, wait_seconds: 1 } },
  ]);
});

test("a password typed into the wrong field is not kept in the audit trail", async () => {
  await signIn("ada@example.org", "correct horse battery staple");
  const [row] = await auditOf("sign_in.fail");
  expect(JSON.stringify(row)).not.toContain("horse");
});

test("a NUL is invalid input, not a failure of the database", async () => {
  await expect(signIn(PASSWORD, "ada\0@example.org")).rejects.toMatchObject({
    code: "invalid_input",
  });
  await expect(signIn("pass\0word")).rejects.toMatchObject({ code: "invalid_input" });
});
