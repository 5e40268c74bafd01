import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents, oneTimeLinks, sessions, users } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { createRoot, env, type Settings } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import {
  activateUser,
  useLink as applyLink,
  createUser,
  deactivateUser,
  describeLink,
  invitePerson,
  listInvitations,
  listPeople,
  revokeSessions,
  setUserRoles,
  startFirstAdmin,
  startPasswordReset,
  withdrawInvitation,
} from ".";
import { signIn } from "./sign-in";
import { beginSession } from "./testing/session-cookie";

const ADMIN: Actor = { kind: "system", id: "t", label: "installer", roles: ["admin"] };
const VIEWER: Actor = { kind: "user", id: "v", label: "v@example.org", roles: ["viewer"] };
const PASSWORD = "correct horse battery";
let database: TestDatabase;
let now = new Date();
let settings: Settings;
const ctx = (actor = ADMIN) => ({
  ...createRoot("test", { db: database.db, settings }),
  clock: { now: () => now },
  ...{ actor, requestId: "req-1" },
});
const invite = (email: string) =>
  invitePerson({ ctx: ctx(), input: { email, roles: ["reviewer"], hours: 1 } });
const take = (token: string, given = {}) =>
  applyLink({ ctx: ctx(), input: { token, name: "Ann", password: PASSWORD, ...given } });
const actionsOf = async (id: string) => {
  const rows = await database.db.select().from(auditEvents).where(eq(auditEvents.subjectId, id));
  return rows.map(({ action }) => action);
};

beforeAll(async () => {
  database = await createTestDatabase();
  settings = { ...env(), PASSWORD_SIGN_IN: "on" };
});
afterAll(() => database.drop());

test("the first administrator is made by a link that works once, and only while there is none", async () => {
  const first = await startFirstAdmin({ ctx: ctx() });
  const second = await startFirstAdmin({ ctx: ctx() });
  const [before, token] = [first?.token ?? "", second?.token ?? ""];
  // The newer one replaces the older.
  await expect(take(before, { email: "root@example.org" })).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(take(token)).rejects.toMatchObject({ code: "invalid_input" });
  const outcomes = await Promise.allSettled(
    ["root@example.org", "thief@example.org"].map((email) => take(token, { email })),
  );
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const [admin, ...others] = await listPeople({ ctx: ctx() });
  expect(others).toEqual([]);
  expect(admin?.roles).toEqual(["admin"]);
  expect(await actionsOf(admin?.user_id ?? "")).toEqual(["user.create_first_admin"]);
  expect(await startFirstAdmin({ ctx: ctx() })).toBeNull();
  const stored = JSON.stringify(await database.db.select().from(oneTimeLinks));
  const audit = JSON.stringify(await database.db.select().from(auditEvents));
  for (const text of [stored, audit]) expect(text).not.toContain(token);
});

test("a link for the first administrator that was kept is refused once there is one", async () => {
  const [admin] = await database.db.select().from(users);
  await database.db.update(users).set({ isActive: false });
  const link = await startFirstAdmin({ ctx: ctx() });
  await database.db
    .update(users)
    .set({ isActive: true })
    .where(eq(users.id, admin?.id ?? ""));
  const attempt = take(link?.token ?? "", { email: "late@example.org" });
  await expect(attempt).rejects.toMatchObject({ code: "conflict" });
});

test("an invitation makes the person with its address and roles, whatever else is sent", async () => {
  const { token, invitation } = await invite(" Ann@Example.org ");
  expect(invitation).toMatchObject({ email: "ann@example.org", is_expired: false });
  expect(await describeLink({ ctx: ctx(), input: { token } })).toMatchObject({
    ...{ kind: "invitation", email: "ann@example.org", roles: ["reviewer"], takes_password: true },
  });
  expect(await take(token, { email: "mallory@example.org" })).toEqual({ email: "ann@example.org" });
  const person = (await listPeople({ ctx: ctx() })).find(
    ({ email }) => email === "ann@example.org",
  );
  expect(person).toMatchObject({ roles: ["reviewer"], has_password: true, session_count: 0 });
  expect(await actionsOf(person?.user_id ?? "")).toEqual(["user.accept_invitation"]);
  await expect(take(token)).rejects.toMatchObject({ code: "not_found" });
  await expect(invite("ann@example.org")).rejects.toMatchObject({ code: "conflict" });
});

test("an expired, a withdrawn, a replaced and an unknown link look alike", async () => {
  const replaced = await invite("bob@example.org");
  const withdrawn = await invite("bob@example.org");
  const input = { link_id: withdrawn.invitation.link_id };
  await withdrawInvitation({ ctx: ctx(), input });
  await expect(withdrawInvitation({ ctx: ctx(), input })).rejects.toMatchObject({
    code: "conflict",
  });
  const expired = await invite("bob@example.org");
  now = new Date(now.getTime() + 3_600_000);
  const [listed] = await listInvitations({ ctx: ctx() });
  expect(listed).toMatchObject({ email: "bob@example.org", is_expired: true });
  const messages = await Promise.all(
    [replaced.token, withdrawn.token, expired.token, "unknown"].map((token) =>
      take(token).catch((error: Error) => error.message),
    ),
  );
  expect(new Set(messages).size).toBe(1);
});

test("a reset link sets the password once, and ends the person's sessions", async () => {
  const input = { email: "carl@example.org", name: "C", password: PASSWORD, roles: [] };
  const { id } = await createUser({ ctx: ctx(), input });
  await beginSession(ctx(), id);
  const { token } = await startPasswordReset({ ctx: ctx(), input: { user_id: id } });
  await take(token, { password: "a new long password" });
  await expect(take(token)).rejects.toMatchObject({ code: "not_found" });
  const [session] = await database.db.select().from(sessions).where(eq(sessions.userId, id));
  expect(session?.endedAt).not.toBeNull();
  const given = { email: "carl@example.org", address: "192.0.2.1" };
  expect(await signIn({ ctx: ctx(), input: { ...given, password: PASSWORD } })).toBeNull();
  const password = "a new long password";
  expect(await signIn({ ctx: ctx(), input: { ...given, password } })).not.toBeNull();
  expect(await actionsOf(id)).toContain("user.set_password");
});

test("without passwords an invited person has none, and there is nothing to reset", async () => {
  settings = { ...env(), PASSWORD_SIGN_IN: "off" };
  const { token } = await invite("dora@example.org");
  await applyLink({ ctx: ctx(), input: { token, name: "Dora", password: PASSWORD } });
  const dora = (await listPeople({ ctx: ctx() })).find(({ email }) => email === "dora@example.org");
  expect(dora?.has_password).toBe(false);
  const reset = startPasswordReset({ ctx: ctx(), input: { user_id: dora?.user_id ?? "" } });
  await expect(reset).rejects.toMatchObject({ code: "conflict" });
  settings = { ...env(), PASSWORD_SIGN_IN: "on" };
  const given = { email: "dora@example.org", password: "", address: "192.0.2.1" };
  expect(await signIn({ ctx: ctx(), input: given })).toBeNull();
});

test("sessions are counted and ended by an administrator, once, with one audit row", async () => {
  const input = { email: "emil@example.org", name: "E", password: PASSWORD, roles: [] };
  const { id: user_id } = await createUser({ ctx: ctx(), input });
  await beginSession(ctx(), user_id);
  await beginSession(ctx(), user_id);
  const person = async () =>
    (await listPeople({ ctx: ctx() })).find((each) => each.user_id === user_id);
  expect(await person()).toMatchObject({ session_count: 2 });
  const outcomes = await Promise.allSettled(
    [1, 2].map(() => revokeSessions({ ctx: ctx(), input: { user_id } })),
  );
  const lost = outcomes.filter(({ status }) => status === "rejected");
  expect(lost).toMatchObject([{ reason: { code: "conflict" } }]);
  expect(outcomes).toContainEqual({ status: "fulfilled", value: { ended: 2 } });
  expect(await person()).toMatchObject({ session_count: 0 });
  const revocations = (await actionsOf(user_id)).filter((action) => action === "session.revoke");
  expect(revocations).toHaveLength(1);
});

test("roles that somebody else changed meanwhile are not overwritten; activity changes once", async () => {
  const input = { email: "fay@example.org", name: "F", password: PASSWORD, roles: ["viewer"] };
  const { id: user_id } = await createUser({ ctx: ctx(), input: { ...input, roles: ["viewer"] } });
  const decide = (roles: ("operator" | "reviewer")[]) =>
    setUserRoles({ ctx: ctx(), input: { user_id, roles, expected_roles: ["viewer"] } });
  const outcomes = await Promise.allSettled([decide(["operator"]), decide(["reviewer"])]);
  expect(outcomes.filter(({ status }) => status === "rejected")).toMatchObject([
    { reason: { code: "conflict" } },
  ]);
  await deactivateUser({ ctx: ctx(), input: { user_id } });
  const again = deactivateUser({ ctx: ctx(), input: { user_id } });
  await expect(again).rejects.toMatchObject({ code: "conflict" });
  await activateUser({ ctx: ctx(), input: { user_id } });
  expect(await actionsOf(user_id)).toEqual([
    ...["user.create", "user.set_roles", "user.deactivate", "user.activate"],
  ]);
});

test("only who manages people invites, resets, lists or ends sessions", async () => {
  const other = ctx(VIEWER);
  const user_id = crypto.randomUUID();
  const attempts = [
    invitePerson({ ctx: other, input: { email: "x@example.org", roles: ["admin"] } }),
    listInvitations({ ctx: other }),
    withdrawInvitation({ ctx: other, input: { link_id: user_id } }),
    startPasswordReset({ ctx: other, input: { user_id } }),
    startFirstAdmin({ ctx: other }),
    listPeople({ ctx: other }),
    revokeSessions({ ctx: other, input: { user_id } }),
    activateUser({ ctx: other, input: { user_id } }),
  ];
  for (const outcome of await Promise.allSettled(attempts)) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "forbidden" } });
  }
});
