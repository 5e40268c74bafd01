import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents, users } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { createUser, deactivateUser, listUsers, setUserRoles } from "./users";

const SYSTEM: Actor = { kind: "system", id: "t", label: "t", roles: [] };
const PASSWORD = "correct horse battery";
let database: TestDatabase;
const ctx = () => ({ db: database.db, actor: SYSTEM, requestId: "req-1" });
const make = (email: string, roles: ("admin" | "viewer")[] = ["viewer"]) =>
  createUser({ ctx: ctx(), input: { email, name: "N", password: PASSWORD, roles } });
const auditOf = (id: string) =>
  database.db.select().from(auditEvents).where(eq(auditEvents.subjectId, id));

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test("a new user is stored with an Argon2id hash and an audit row, neither with the password", async () => {
  const user = await make(" Ada@Example.org ");
  expect(user.email).toBe("ada@example.org");
  const [row] = await database.db.select().from(users).where(eq(users.id, user.id));
  expect(row?.passwordHash).toMatch(/^\$argon2id\$/);
  expect(JSON.stringify(user)).not.toContain("argon2");
  const audit = await auditOf(user.id);
  expect(audit).toMatchObject([{ action: "user.create", actorKind: "system", requestId: "req-1" }]);
  expect(JSON.stringify(audit)).not.toMatch(/argon2|correct horse/);
});

test("an address is taken once, however it is written, and the loser leaves no audit row", async () => {
  await make("twice@example.org");
  const before = await database.db.$count(auditEvents);
  await expect(make("TWICE@example.org")).rejects.toMatchObject({ code: "conflict" });
  expect(await database.db.$count(auditEvents)).toBe(before);
});

test.each([
  ["a short password", { password: "short" }],
  ["no e-mail address", { email: "nobody" }],
])("%s is invalid_input", async (_, change) => {
  const good = { email: "new@example.org", name: "N", password: PASSWORD, roles: [] };
  const input = { ...good, ...change };
  await expect(createUser({ ctx: ctx(), input })).rejects.toMatchObject({ code: "invalid_input" });
});

test("only who manages users makes, lists, changes or deactivates them", async () => {
  const { id } = await make("target@example.org");
  const actor: Actor = { kind: "user", id: "r", label: "r", roles: ["reviewer", "operator"] };
  const asReviewer = { ...ctx(), actor };
  const input = { email: "x@example.org", name: "N", password: PASSWORD, roles: [] };
  const attempts = [
    createUser({ ctx: asReviewer, input }),
    listUsers({ ctx: asReviewer }),
    setUserRoles({ ctx: asReviewer, input: { user_id: id, roles: ["admin"] } }),
    deactivateUser({ ctx: asReviewer, input: { user_id: id } }),
  ];
  for (const outcome of await Promise.allSettled(attempts)) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "forbidden" } });
  }
  expect(await auditOf(id)).toHaveLength(1);
});

test("a change of roles is audited with before and after", async () => {
  const { id } = await make("roles@example.org");
  await setUserRoles({ ctx: ctx(), input: { user_id: id, roles: ["reviewer", "reviewer"] } });
  const audit = await auditOf(id);
  expect(audit[1]).toMatchObject({
    action: "user.set_roles",
    before: { roles: ["viewer"], is_active: true },
    after: { roles: ["reviewer"], is_active: true },
  });
});

test("of two administrators removing each other, one stays", async () => {
  const first = await make("admin1@example.org", ["admin"]);
  const second = await make("admin2@example.org", ["admin"]);
  const outcomes = await Promise.allSettled([
    deactivateUser({ ctx: ctx(), input: { user_id: first.id } }),
    setUserRoles({ ctx: ctx(), input: { user_id: second.id, roles: [] } }),
  ]);
  const refused = outcomes.filter(({ status }) => status === "rejected");
  expect(refused).toMatchObject([{ reason: { code: "conflict" } }]);
});
