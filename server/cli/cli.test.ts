import { mkdtemp, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { auditEvents, users } from "@/drizzle/schema";
import { ApiKeyView, PolicyView } from "@/server/contracts";
import { setEnv } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { runCli } from "./run";
// What commands load when they run, before the time of a test runs.
import "@/server/identity";
import "@/server/knowledge";
import "@/server/policy";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** One command line in this process, on this suite's database unless told otherwise. */
async function cli(
  args: string[],
  settings: Parameters<typeof setEnv>[0] = { DATABASE_URL: database.url },
) {
  setEnv(settings);
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    const code = await runCli(["--json", ...args]);
    const textOf = (spy: typeof out) => spy.mock.calls.map(([text]) => String(text)).join("");
    const said = textOf(out);
    return { code, said: textOf(err), json: () => JSON.parse(said) };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

test("a person made at the shell can be listed and shut out, each with an audit row", async () => {
  const created = await cli([
    "users",
    "create",
    "--email",
    "Ann@example.org",
    "--roles",
    "viewer,admin",
  ]);
  expect(created.said).toBe("");
  expect(created.json().password.length).toBeGreaterThanOrEqual(15);
  await cli(["users", "create", "--email", "bob@example.org", "--roles", "admin"]);
  expect((await cli(["users", "deactivate", "ann@example.org"])).code).toBe(0);
  const rows = await database.db.select().from(users);
  expect(rows.map((row) => [row.email, row.isActive]).sort()).toEqual([
    ["ann@example.org", false],
    ["bob@example.org", true],
  ]);
  const audit = await database.db.select().from(auditEvents);
  expect(audit.map((row) => `${row.actorLabel} ${row.action}`)).toEqual([
    "cli user.create",
    "cli user.create",
    "cli user.deactivate",
  ]);
});

test("a command as somebody has that person's rights only", async () => {
  await cli(["users", "create", "--email", "vera@example.org", "--roles", "viewer"]);
  const refused = await cli(["--as", "vera@example.org", "users", "list"]);
  expect([refused.code, refused.said]).toEqual([5, expect.stringContaining("forbidden")]);
  expect((await cli(["--as", "nobody@example.org", "users", "list"])).code).toBe(3);
});

test("wrong usage, a wrong value and a missing installation are told apart and explained", async () => {
  expect((await cli(["users", "create"])).code).toBe(2);
  expect((await cli(["users", "create", "--email", "x@example.org", "--roles", "king"])).code).toBe(
    2,
  );
  const lost = await cli(["users", "list"], {
    DATABASE_URL: "",
    SIDECAR_DATA_DIR: `${os.tmpdir()}/no-such-sidecar`,
  });
  expect([lost.code, lost.said]).toEqual([8, expect.stringContaining("npm run up")]);
});

test("the signing key is rotated at the shell, and nothing shown can sign", async () => {
  const first = (await cli(["signing-keys", "rotate"])).json();
  const second = (await cli(["signing-keys", "rotate", "--compromised"])).json();
  const listed = (await cli(["signing-keys", "list"])).json();
  const states = listed.map(({ kid, state }: { kid: string; state: string }) => [kid, state]);
  expect(states).toEqual([
    [second[0].kid, "active"],
    [first[0].kid, "retired"],
  ]);
  expect(JSON.stringify([first, second, listed])).not.toMatch(/sealed|"d"/);
});

test("a product is trusted, listed and untrusted; its secret is shown once, or never", async () => {
  const made = (await cli(["products", "trust", "risk"])).json();
  expect(made).toMatchObject({ product_id: "risk", credential: "secret" });
  expect(made.secret).toHaveLength(64);
  const file = path.join(await mkdtemp(path.join(os.tmpdir(), "trust-")), "secret");
  await writeFile(file, `${"0123456789abcdef".repeat(3)}\n`);
  const given = (await cli(["products", "trust", "other", "--secret-file", file])).json();
  expect(given).toMatchObject({ product_id: "other", secret: null });
  const address = "https://published.example.org/jwks.json";
  await cli(["products", "trust", "published", "--jwks", address]);
  const listed = (await cli(["products", "list"])).json();
  expect(listed).toMatchObject([
    { product_id: "duckdb-spawn", credential: "setting" },
    { product_id: "other", credential: "secret" },
    { product_id: "published", credential: "jwks" },
    { product_id: "risk", credential: "secret" },
  ]);
  const audit = JSON.stringify(await database.db.select().from(auditEvents));
  for (const text of [JSON.stringify(listed), audit]) {
    expect(text).not.toContain(made.secret);
    expect(text).not.toContain("0123456789abcdef");
  }
  expect((await cli(["products", "untrust", "risk"])).code).toBe(0);
  expect((await cli(["products", "untrust", "risk"])).code).toBe(3);
});

test("an address in the clear, a short secret and the sidecar's own name are refused", async () => {
  const http = ["products", "trust", "risk", "--jwks", "http://risk.example.org/jwks.json"];
  expect((await cli(http)).code).toBe(2);
  const file = path.join(await mkdtemp(path.join(os.tmpdir(), "trust-")), "secret");
  await writeFile(file, "too short");
  expect((await cli(["products", "trust", "risk", "--secret-file", file])).code).toBe(2);
  expect((await cli(["products", "trust", "agentic-sidecar"])).code).toBe(2);
});

test("a token issued at the shell can be listed and revoked there, each with an audit row", async () => {
  const issue = ["token", "issue", "--kind", "agent", "--subject", "agent-9"];
  expect((await cli(issue)).json().token).toMatch(/^ey/);
  const [listed] = (await cli(["token", "list"])).json();
  expect(listed).toMatchObject({ kind: "agent", subject: "agent-9", revoked_at: null });
  const revoked = await cli(["token", "revoke", listed.jti]);
  expect(revoked.json()).toMatchObject([{ jti: listed.jti, revoked_at: expect.any(String) }]);
  const again = await cli(["token", "revoke", listed.jti]);
  expect(again.said).toContain("revoked already");
  const audit = await database.db.select().from(auditEvents);
  const actions = audit.filter(({ subjectId }) => subjectId === listed.jti);
  expect(actions.map(({ action }) => action)).toEqual(["token.issue", "token.revoke"]);
});

test("a person is invited by a link, once; the invitation is listed and withdrawn", async () => {
  const invited = (await cli(["users", "invite", "ivy@example.org", "--roles", "viewer"])).json();
  expect(invited.link).toMatch(/^http.*\/join#.+/);
  const listed = (await cli(["users", "invitations"])).json();
  expect(listed).toMatchObject([{ email: "ivy@example.org", link_id: invited.invitation.link_id }]);
  expect(JSON.stringify(listed)).not.toContain(invited.link.split("#")[1]);
  expect((await cli(["users", "withdraw", listed[0].link_id])).code).toBe(0);
  expect((await cli(["users", "withdraw", listed[0].link_id])).code).toBe(4);
  expect(
    (await cli(["users", "roles", "vera@example.org", "--roles", "reviewer"])).json(),
  ).toMatchObject({ email: "vera@example.org", roles: ["reviewer"] });
});

test("an API key is shown once; afterwards only where it begins", async () => {
  const made = (
    await cli(["keys", "create", "--name", "nightly", "--scopes", "suggestion.read"])
  ).json();
  expect(made.key).toMatch(/^ask_/);
  const listed = await cli(["keys", "list"]);
  expect(z.array(ApiKeyView).parse(listed.json())).toMatchObject([{ prefix: made.prefix }]);
  expect(JSON.stringify(listed.json())).not.toContain(made.key);
  const revoked = (await cli(["keys", "revoke", made.api_key_id])).json();
  expect(ApiKeyView.parse(revoked).revoked_at).not.toBeNull();
});

test("a product is paused and resumed; one whose connector does not answer is not connected", async () => {
  expect((await cli(["products", "pause", "duckdb-spawn"])).json().paused_by).toBe("cli");
  expect((await cli(["products", "pause", "duckdb-spawn"])).code).toBe(4);
  expect((await cli(["products", "resume", "duckdb-spawn"])).json().paused_at).toBeNull();
  const connect = await cli(["products", "connect", "orders", "http://127.0.0.1:9"]);
  expect(connect.code).toBe(6);
  expect(connect.json()).toContainEqual(expect.objectContaining({ is_ok: false }));
  expect((await cli(["products", "disconnect", "orders"])).code).toBe(4);
});

test("a policy is stored from a file, simulated, and all automation is stopped and resumed", async () => {
  const { policy } = (await cli(["policies", "show"])).json();
  const file = path.join(await mkdtemp(path.join(os.tmpdir(), "policy-")), "policy.json");
  await writeFile(file, JSON.stringify(policy));
  const stored = (await cli(["policies", "set", file, "--comment", "as before"])).json();
  expect(PolicyView.parse(stored)).toMatchObject({ version: 1, comment: "as before" });
  expect((await cli(["policies", "simulate", file])).json()).toMatchObject({ differences: [] });
  expect((await cli(["policies", "stop", "--reason", "drill"])).json()).toMatchObject({
    is_on: true,
  });
  expect((await cli(["policies", "stop", "--reason", "drill"])).code).toBe(4);
  expect((await cli(["policies", "resume", "--reason", "over"])).json()).toMatchObject({
    is_on: false,
  });
});
