import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { storeObservedProduct } from "@/server/api/rest/testing/observed-product";
import { setEnv } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { runCli } from "./run";
// What commands load when they run, before the time of a test runs.
import "@/server/decisions";

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "changes-"));
  database = await createTestDatabase();
  await storeObservedProduct(database.db);
  setEnv({ DATABASE_URL: database.url });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await database.drop();
});

/** Exit code and output of `changes test` with this file. */
async function run(text: string) {
  const file = path.join(folder, "change.json");
  writeFileSync(file, text);
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockReturnValue(true),
  );
  try {
    const code = await runCli(["changes", "test", "--file", file]);
    const said = streams.flatMap(({ mock }) => mock.calls.map(([part]) => String(part)));
    return { code, said: said.join("") };
  } finally {
    for (const stream of streams) stream.mockRestore();
  }
}

const COLUMN = {
  ...{ kind: "add_column", table: "projects", column: "risk_id", type: "VARCHAR" },
  ...{ default: null, is_required: false, references: null },
};

test("a file of changes is tested; what is none ends with the code of wrong usage", async () => {
  const started = await run(JSON.stringify({ changes: [COLUMN] }));
  expect(started.code).toBe(0);
  expect(started.said).toMatch(/^sugg-\w+ {2}proving/);
  expect(await run("{")).toMatchObject({ code: 2, said: expect.stringContaining("is not JSON") });
  const unknown = await run(JSON.stringify({ changes: [{ ...COLUMN, type: "NO TYPE" }] }));
  expect(unknown).toMatchObject({ code: 2, said: expect.stringContaining("is not valid") });
});
