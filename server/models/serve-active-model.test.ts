import { copyFileSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Actor, RegisterModel } from "@/server/contracts";
import { contextOf } from "@/server/decisions/testing/fixtures";
import {
  gainRequest,
  startTestWorker,
  type TestWorker,
} from "@/server/inference/testing/test-worker";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { promoteModel, registerModel, rollBackModel, serveActiveModel } from ".";

const ADMIN: Actor = { kind: "user", id: "u-9", label: "admin@test", roles: ["admin"] };
const SHIPPED = { MODEL_PATH: "", MODEL_MANIFEST: path.resolve("models/manifest.json") };
const REPORT = "models/distill/reports/sidecar-student.json";
const TOY = "models/distill/testing/toy-q8_0.gguf";
const TOY_SHA256 = "87aa848f6b846ff3b03bc45ebd72fd265cb082bc912cbb3e7177f3d3b2fd3011";

let database: TestDatabase;
let worker: TestWorker;
beforeAll(async () => {
  database = await createTestDatabase();
  worker = await startTestWorker(SHIPPED);
});
afterAll(async () => {
  await worker.close();
  await database.drop();
});

test("a worker under load follows promotion and roll-back, and no request is dropped", async () => {
  const ctx = contextOf(database.db, ADMIN);
  const follow = () => serveActiveModel({ ctx, client: worker.client });
  const file = path.join(worker.dataDir, "refined.gguf");
  copyFileSync(TOY, file);
  const report = JSON.parse(readFileSync(REPORT, "utf8"));
  const calibration = { "prior.gain": 1.5 };
  const evaluation = { ...report.evaluation, trusted_tasks: ["prior"], calibration };
  const given = { ...report, name: "refined", file, sha256: TOY_SHA256, evaluation };
  const { model_id } = await registerModel({ ctx, input: RegisterModel.parse(given) });
  const shipped = (await worker.client.status()).model;

  let isOver = false;
  const models = new Set<string>();
  const caller = async (name: number) => {
    for (let n = 0; !isOver || n < 20; n += 1) {
      models.add((await worker.client.infer(gainRequest(`caller ${name} ${n}`))).model);
    }
  };
  const callers = [0, 1, 2, 3].map(caller);
  await follow();
  expect((await worker.client.status()).model).toEqual(shipped);
  await promoteModel({ ctx, input: { model_id } });
  await follow();
  const served = (await worker.client.status()).model;
  expect(served).toMatchObject({ sha256: TOY_SHA256, tasks: ["prior"], calibration });
  models.add((await worker.client.infer(gainRequest("promoted"))).model);
  const asked = gainRequest("a task it is not trusted with", { task: "confidence" });
  await expect(worker.client.infer(asked)).rejects.toMatchObject({ code: "unavailable" });
  await rollBackModel({ ctx });
  await follow();
  expect((await worker.client.status()).model).toEqual(shipped);
  isOver = true;
  await Promise.all(callers);
  expect([...models].sort()).toEqual(
    [shipped.sha256, TOY_SHA256].map((sum) => sum?.slice(0, 16)).sort(),
  );
});
