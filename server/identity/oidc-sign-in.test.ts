import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { auditEvents, oneTimeLinks, userIdentities, users } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { createLogger, createRoot, env, type Settings } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { createUser, deactivateUser, invitePerson } from ".";
import { authOptions } from "./next-auth";
import { ProviderClaims, signInByProvider } from "./oidc-sign-in";

const ISSUER = "https://login.example.org";
const ADMIN: Actor = { kind: "system", id: "t", label: "t", roles: ["admin"] };
let database: TestDatabase;
let settings: Settings;
const ctx = () => ({
  ...createRoot("test", { db: database.db, settings }),
  ...{ actor: ADMIN, requestId: "req-1" },
});

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  settings = env();
  await database.db.delete(users);
  await database.db.delete(oneTimeLinks);
  await database.db.delete(auditEvents);
});
afterAll(() => database.drop());

const person = (email: string, roles: ("admin" | "viewer" | "reviewer")[] = ["viewer"]) =>
  createUser({ ctx: ctx(), input: { email, name: "N", password: "correct horse battery", roles } });
const verified = (email: string, sub = email) => ({ sub, email, email_verified: true });
const come = (claims: Record<string, unknown>, issuer = ISSUER) =>
  signInByProvider({
    ctx: ctx(),
    input: { issuer, claims: ProviderClaims.parse(claims), address: "192.0.2.1" },
  });
const rolesOf = async (email: string) => {
  const [row] = await database.db.select().from(users).where(eq(users.email, email));
  return row?.roles;
};

test("a person of a verified address comes in, and is known by the subject from then on", async () => {
  const ann = await person("ann@example.org");
  const first = await come({ ...verified("ANN@example.org", "s-1") });
  expect(first).toMatchObject({ user: { id: ann.id } });
  // The address moved at the provider: the subject counts.
  const later = await come({ sub: "s-1", email: "new-name@example.org", email_verified: false });
  expect(later).toMatchObject({ user: { id: ann.id } });
  const actions = (await database.db.select().from(auditEvents)).map(({ action }) => action);
  expect(actions).toEqual(["user.create", "user.link", "session.start", "session.start"]);
});

test.each([
  ["not verified", { email_verified: false }],
  ["without a word on it", { email_verified: undefined }],
  ["missing", { email: undefined }],
])("an address that is %s opens nothing, and the attempt is audited", async (_, change) => {
  await person("ann@example.org");
  expect(await come({ ...verified("ann@example.org"), ...change })).toEqual({
    refused: "email_unverified",
  });
  expect(await database.db.$count(userIdentities)).toBe(0);
  const failed = await database.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.action, "sign_in.fail"));
  expect(failed).toMatchObject([{ after: { reason: "email_unverified", issuer: ISSUER } }]);
});

test("a second subject with the same address does not take the account over", async () => {
  await person("ann@example.org");
  await come(verified("ann@example.org", "s-1"));
  expect(await come(verified("ann@example.org", "s-2"))).toEqual({ refused: "already_linked" });
  // Another provider's subject of that name is somebody else's: it needs a word of its own.
  const stranger = { sub: "s-1", email: "mallory@example.org", email_verified: true };
  expect(await come(stranger, "https://other.example.org")).toEqual({ refused: "not_invited" });
});

test("an invited person is made at the first sign-in, once, with the invitation's roles", async () => {
  const input = { email: "bob@example.org", roles: ["reviewer" as const] };
  await invitePerson({ ctx: ctx(), input });
  const claims = { ...verified("bob@example.org", "b-1"), name: "Bob" };
  expect(await come(claims)).toMatchObject({ user: { name: "Bob", roles: ["reviewer"] } });
  const [link] = await database.db.select().from(oneTimeLinks);
  expect(link?.usedAt).not.toBeNull();
  const [row] = await database.db.select().from(users);
  expect(row?.passwordHash).toBeNull();
});

test("whoever was neither invited nor has an account, and whoever is deactivated, stays out", async () => {
  const carl = await person("carl@example.org");
  await come(verified("carl@example.org"));
  await deactivateUser({ ctx: ctx(), input: { user_id: carl.id } });
  expect(await come(verified("carl@example.org"))).toEqual({ refused: "deactivated" });
  expect(await come(verified("nobody@example.org"))).toEqual({ refused: "not_invited" });
  expect(await database.db.$count(users)).toBe(1);
});

test("with a roles claim the provider's groups are the roles, at every sign-in", async () => {
  const OIDC_ROLES = new Map([
    ["data-team", ["reviewer", "operator"]],
    ["heads", ["admin"]],
  ]);
  settings = { ...env(), OIDC_ROLES_CLAIM: "realm.groups", OIDC_ROLES };
  const with_ = (groups: unknown) => ({ ...verified("dora@example.org"), realm: { groups } });
  await person("root@example.org", ["admin"]);
  expect(await come(with_(["data-team", "else"]))).toMatchObject({
    user: { roles: ["reviewer", "operator"] },
  });
  await come(with_("heads"));
  expect(await rolesOf("dora@example.org")).toEqual(["admin"]);
  for (const none of [[], ["else"], undefined, { heads: true }, [["heads"]]]) {
    expect(await come(with_(none))).toEqual({ refused: "no_role" });
  }
  expect(await rolesOf("dora@example.org")).toEqual(["admin"]);
});

test("the last administrator keeps that role, whatever the provider says", async () => {
  settings = { ...env(), OIDC_ROLES_CLAIM: "roles" };
  await person("root@example.org", ["admin"]);
  expect(
    await come({ ...verified("root@example.org"), roles: ["viewer", "data-product"] }),
  ).toMatchObject({ user: { roles: ["admin"] } });
  expect(await rolesOf("root@example.org")).toEqual(["admin"]);
});

test("of two first sign-ins at once of one invited person both end with one account", async () => {
  await invitePerson({ ctx: ctx(), input: { email: "eve@example.org", roles: ["viewer"] } });
  const outcomes = await Promise.all([1, 2].map(() => come(verified("eve@example.org", "e-1"))));
  expect(outcomes).toMatchObject([{ user: {} }, { user: {} }]);
  expect(await database.db.$count(users)).toBe(1);
});

test("a failure of the provider is logged by its message, and the person's profile never", () => {
  const lines: string[] = [];
  const log = createLogger("test", settings, { write: (line) => lines.push(line) });
  const input = { address: "198.51.100.7", requestId: "req-1", onRefused: () => {} };
  const { logger } = authOptions({ ctx: { ...ctx(), log }, input });
  const profile = { sub: "s-1", email: "ann@example.org" };
  const error = new Error("unexpected iss value");
  logger?.error?.("OAUTH_PARSE_PROFILE_ERROR", { error, OAuthProfile: profile });
  logger?.error?.("OAUTH_CALLBACK_ERROR", new Error("outgoing request timed out"));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { code: "OAUTH_PARSE_PROFILE_ERROR", detail: "unexpected iss value" },
    { code: "OAUTH_CALLBACK_ERROR", detail: "outgoing request timed out" },
  ]);
  expect(lines.join("")).not.toContain("ann@example.org");
});
