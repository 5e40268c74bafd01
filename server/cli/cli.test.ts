import { spawnSync } from "node:child_process";
import os from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents, users } from "@/drizzle/schema";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function cli(args: string[], settings: Record<string, string> = { DATABASE_URL: database.url }) {
  const child = spawnSync(
    process.execPath,
    ["--import", "tsx", "server/cli/main.ts", "--json", ...args],
    { encoding: "utf8", env: { PATH: "", NODE_ENV: "test", SIDECAR_MODE: "demo", ...settings } },
  );
  return { code: child.status, said: child.stderr, json: () => JSON.parse(child.stdout) };
}

test("a person made at the shell can be listed and shut out, each with an audit row", async () => {
  const created = cli(["users", "create", "--email", "Ann@example.org", "--roles", "viewer,admin"]);
  expect(created.said).toBe("");
  expect(created.json().password.length).toBeGreaterThanOrEqual(15);
  cli(["users", "create", "--email", "bob@example.org", "--roles", "admin"]);
  expect(cli(["users", "deactivate", "ann@example.org"]).code).toBe(0);
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

test("a command as somebody has that person's rights only", () => {
  cli(["users", "create", "--email", "vera@example.org", "--roles", "viewer"]);
  const refused = cli(["--as", "vera@example.org", "users", "list"]);
  expect([refused.code, refused.said]).toEqual([3, expect.stringContaining("forbidden")]);
  expect(cli(["--as", "nobody@example.org", "users", "list"]).code).toBe(4);
});

test("nobody decides at the shell without saying who they are", () => {
  const refused = cli(["suggestions", "approve", "sugg-000000000000"]);
  expect([refused.code, refused.said]).toEqual([3, expect.stringContaining("forbidden")]);
});

test("wrong usage, a wrong value and a missing installation are told apart and explained", () => {
  expect(cli(["users", "create"]).code).toBe(2);
  expect(cli(["users", "create", "--email", "x@example.org", "--roles", "king"]).code).toBe(2);
  const lost = cli(["users", "list"], { SIDECAR_DATA_DIR: `${os.tmpdir()}/no-such-sidecar` });
  expect([lost.code, lost.said]).toEqual([8, expect.stringContaining("npm run up")]);
});
