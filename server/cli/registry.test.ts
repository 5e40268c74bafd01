import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { setEnv } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { runCli } from "./run";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  setEnv({ DATABASE_URL: database.url });
});
afterAll(() => database.drop());

async function cli(...args: string[]) {
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    const code = await runCli(["registry", ...args]);
    return { code, said: out.mock.calls.join(""), complained: err.mock.calls.join("") };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

const ENROL = ["enrol", "--agent", "agent-1", "--product", "p", "--domain", "risk"];

test("an enrolment prints its token and nothing else, another each time", async () => {
  const [first, second] = [await cli(...ENROL), await cli(...ENROL)];
  expect(first.code).toBe(0);
  expect(first.said).toMatch(/^enrol_[\w-]{43}\n$/);
  expect(second.said).not.toBe(first.said);
  const [{ count } = { count: 0 }] = await database.db.$client`
    select count(*)::int as count from registry_enrolments where token_hash like 'enrol%'`;
  expect(count).toBe(0);
});

test("what is not there cannot be removed, and a domain must be named", async () => {
  expect(await cli("agents")).toMatchObject({ code: 0 });
  expect(await cli("remove", "agent-1")).toMatchObject({ code: 3 });
  expect((await cli("enrol", "--agent", "a", "--product", "p")).code).toBe(2);
  expect((await cli(...ENROL, "--hours", "0")).code).toBe(2);
});
