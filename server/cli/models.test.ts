import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { setEnv } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { runCli } from "./run";
// What commands load when they run, before the time of a test runs.
import "@/server/models";

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(os.tmpdir(), "models-cli-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

async function cli(...args: string[]) {
  setEnv({ DATABASE_URL: database.url });
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    const code = await runCli(["--json", ...args]);
    const said = out.mock.calls.map(([text]) => String(text)).join("");
    return { code, json: () => JSON.parse(said) };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

test("a model is registered, promoted and rolled back at the shell", async () => {
  const file = path.join(folder, "student.gguf");
  const evaluation = path.join(folder, "report.json");
  await writeFile(file, "GGUF student");
  const report = {
    name: "student",
    sha256: createHash("sha256").update("GGUF student").digest("hex"),
    parameters: 3_000_000,
    quantization: "Q8_0",
    source: "refined",
    evaluation: { tasks: {}, latency_ms: { p50: 20, p95: 30 }, resident_bytes: 1 },
    trained_on: { outcomes: 1, reviews: 0, base_set: "generated" },
  };
  await writeFile(evaluation, JSON.stringify(report));
  const register = ["models", "register", "--file", file, "--evaluation", evaluation];
  const { model_id } = (await cli(...register)).json();
  expect((await cli(...register)).code).toBe(4);
  expect((await cli("models", "active")).json()).toBeNull();
  expect((await cli("models", "promote", model_id)).json()).toMatchObject({ promoted_by: "cli" });
  expect((await cli("models", "active")).json()).toMatchObject({ model_id });
  expect((await cli("models", "roll-back")).json()).toBeNull();
  expect((await cli("models", "list")).json()).toMatchObject([{ model_id, state: "retired" }]);
});

test("a worse candidate is promoted with a reason, and not without", async () => {
  const [file, evaluation] = [path.join(folder, "worse.gguf"), path.join(folder, "worse.json")];
  await writeFile(file, "GGUF worse");
  const compared = { accuracy: 0.9, ece: 0.01, lost: 60, won: 20 };
  const baseline = { name: "shipped", sha256: "", trusted_tasks: [], tasks: { "a.b": compared } };
  const report = {
    ...{ name: "worse", sha256: createHash("sha256").update("GGUF worse").digest("hex") },
    ...{ parameters: 1, quantization: "Q8_0", source: "refined" },
    evaluation: { tasks: {}, latency_ms: { p50: 1, p95: 2 }, resident_bytes: 1, baseline },
    trained_on: { outcomes: 1, reviews: 0, base_set: "generated" },
  };
  await writeFile(evaluation, JSON.stringify(report));
  const args = ["models", "register", "--file", file, "--evaluation", evaluation];
  const { model_id, regressions } = (await cli(...args)).json();
  expect(regressions).toEqual(["a.b"]);
  expect((await cli("models", "promote", model_id)).code).toBe(5);
  expect((await cli("models", "active")).json()).toBeNull();
  const forced = await cli("models", "promote", model_id, "--force", "a trial");
  expect(forced.json()).toMatchObject({ model_id, state: "active" });
  expect((await cli("models", "roll-back")).json()).toBeNull();
});

test("a report that is missing or no JSON is the caller's mistake", async () => {
  const args = ["models", "register", "--file", "x", "--evaluation"];
  expect((await cli(...args, path.join(folder, "none.json"))).code).toBe(2);
});

test("a training set is written for its owner alone, and a wrong date is refused", async () => {
  const out = path.join(folder, "set.jsonl.gz");
  const written = await cli("models", "export", "--out", out);
  expect(written.code).toBe(0);
  expect(written.json()).toMatchObject({ examples: 0, outcomes: 0, reviews: 0 });
  expect(gunzipSync(await readFile(out)).toString()).toBe("");
  expect((await stat(out)).mode & 0o777).toBe(0o600);
  expect((await cli("models", "export", "--out", out, "--since", "soon")).code).not.toBe(0);
});
