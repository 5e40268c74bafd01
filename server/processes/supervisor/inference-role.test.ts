import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createInferenceClient, hasLocalModel } from "@/server/inference";
import { writeRandomModel } from "@/server/inference/testing/random-model";
import { gainRequest } from "@/server/inference/testing/test-worker";
import { env, listProcesses, setEnv } from "@/server/platform";
import { createTestDatabase } from "@/server/platform/testing";
import type { DataDirLock } from "./lock";
import { inferenceSpec } from "./node-roles";
import { SupervisedChild } from "./supervised-child";

const WAIT = { timeout: 60_000, interval: 50 };
let dir: string;
const pids: number[] = [];
const lock: DataDirLock = {
  registerChild: (_, child) => {
    if (child !== null) pids.push(child.pid);
  },
  release: () => {},
};

beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sidecar-role-"));
  const model = path.join(dir, "random.gguf");
  writeRandomModel(model);
  setEnv({ SIDECAR_DATA_DIR: dir, MODEL_PATH: model });
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockReturnValue(true);
  }
});
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

test("killed, the inference worker is started again, and the same client goes on", async () => {
  expect(hasLocalModel(env())).toBe(true);
  const child = new SupervisedChild({
    spec: inferenceSpec({ env: env() }),
    dataDir: dir,
    lock,
    onGiveUp: () => {},
  });
  const client = createInferenceClient(env());
  try {
    await child.start();
    await expect(client.infer(gainRequest("before"))).resolves.toBeDefined();
    process.kill(pids[0] ?? 0, "SIGKILL");
    await vi.waitFor(() => expect(pids).toHaveLength(2), WAIT);
    await vi.waitFor(() => client.infer(gainRequest("after")), WAIT);
    expect((await client.status()).restartsSeen).toBe(1);
  } finally {
    await client.close();
    await child.stop();
  }
}, 150_000);

test("its heartbeat says that it can do its work, and goes with it", async () => {
  const database = await createTestDatabase();
  setEnv({ DATABASE_URL: database.url });
  const spec = inferenceSpec({ env: env() });
  const child = new SupervisedChild({ spec, dataDir: dir, lock, onGiveUp: () => {} });
  const processes = () => listProcesses({ ctx: database });
  try {
    await child.start();
    await vi.waitFor(async () => {
      const beating = { role: "inference", pid: pids.at(-1), status: { is_ready: true } };
      expect(await processes()).toMatchObject([beating]);
    }, WAIT);
    await child.stop();
    expect(await processes()).toEqual([]);
  } finally {
    await child.stop();
    await database.drop();
  }
}, 150_000);

test("without a model, or with a server to ask, there is no worker", () => {
  const MODEL_MANIFEST = path.join(dir, "none.json");
  const { MODEL_PATH: _, ...others } = env();
  expect(hasLocalModel({ ...others, MODEL_MANIFEST })).toBe(false);
  expect(hasLocalModel({ ...env(), INFERENCE_URL: "http://gpu:8000" })).toBe(false);
});
