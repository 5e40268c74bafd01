import { mkdtemp, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { auditEvents, users } from "@/drizzle/schema";
import { setEnv } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { runCli } from "./run";

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
  expect([refused.code, refused.said]).toEqual([3, expect.stringContaining("forbidden")]);
  expect((await cli(["--as", "nobody@example.org", "users", "list"])).code).toBe(4);
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
  expect(made).toMatchObject({ productId: "risk", kind: "secret" });
  expect(made.secret).toHaveLength(64);
  const file = path.join(await mkdtemp(path.join(os.tmpdir(), "trust-")), "secret");
  await writeFile(file, `${"0123456789abcdef".repeat(3)}\n`);
  const given = (await cli(["products", "trust", "other", "--secret-file", file])).json();
  expect(given).toMatchObject({ productId: "other", secret: null });
  const address = "https://published.example.org/jwks.json";
  await cli(["products", "trust", "published", "--jwks", address]);
  const listed = (await cli(["products", "list"])).json();
  expect(listed).toMatchObject([
    { productId: "other", kind: "secret" },
    { productId: "published", kind: "jwks", jwksUrl: address },
    { productId: "risk", kind: "secret" },
    { productId: "duckdb-spawn", kind: "setting" },
  ]);
  const audit = JSON.stringify(await database.db.select().from(auditEvents));
  for (const text of [JSON.stringify(listed), audit]) {
    expect(text).not.toContain(made.secret);
    expect(text).not.toContain("0123456789abcdef");
  }
  expect((await cli(["products", "untrust", "risk"])).code).toBe(0);
  expect((await cli(["products", "untrust", "risk"])).code).toBe(4);
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
  expect(listed).toMatchObject({ kind: "agent", subject: "agent-9", revokedAt: null });
  const revoked = await cli(["token", "revoke", listed.jti]);
  expect(revoked.json()).toMatchObject([{ jti: listed.jti, revokedAt: expect.any(String) }]);
  const again = await cli(["token", "revoke", listed.jti]);
  expect(again.said).toContain("revoked already");
  const audit = await database.db.select().from(auditEvents);
  const actions = audit.filter(({ subjectId }) => subjectId === listed.jti);
  expect(actions.map(({ action }) => action)).toEqual(["token.issue", "token.revoke"]);
});
