import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { auditEvents, models } from "@/drizzle/schema";
import type { Actor, Model, ModelChoice, RegisterModel } from "@/server/contracts";
import { ACTORS, contextOf } from "@/server/decisions/testing/fixtures";
import type { InferenceClient } from "@/server/inference";
import { setEnv } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import {
  activeModel,
  listModels,
  promoteModel,
  registerModel,
  rollBackModel,
  serveActiveModel,
} from ".";

const ADMIN: Actor = { kind: "user", id: "u-9", label: "admin@test", roles: ["admin"] };
let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(os.tmpdir(), "models-"));
});
beforeEach(async () => {
  await database.db.delete(models);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

const as = (actor: Actor) => contextOf(database.db, actor);
const activeId = async () => (await activeModel({ ctx: as(ACTORS.viewer) }))?.model_id ?? null;
const actionsOf = async (id: string) =>
  (await database.db.select().from(auditEvents).where(eq(auditEvents.subjectId, id))).map(
    (row) => `${row.actorLabel} ${row.action}`,
  );

type Evaluation = RegisterModel["evaluation"];

/** Compared with a baseline that got 60 questions right which this one gets wrong. */
const WORSE: Pick<Evaluation, "baseline"> = {
  baseline: {
    ...{ name: "shipped", sha256: "0".repeat(64), trusted_tasks: [] },
    tasks: { "prior.gain": { accuracy: 0.9, ece: 0.02, lost: 60, won: 20 } },
  },
};

async function inputOf(
  content: string,
  evaluation: Partial<Evaluation> = {},
): Promise<RegisterModel> {
  const file = path.join(folder, createHash("sha256").update(content).digest("hex"));
  await writeFile(file, content);
  return {
    name: content,
    file,
    sha256: path.basename(file),
    parameters: 3_000_000,
    quantization: "Q8_0",
    source: "refined",
    evaluation: {
      tasks: { "prior.gain": { accuracy: 0.7, majority: 0.3, rules: 0.5, ece: 0.03, n: 100 } },
      latency_ms: { p50: 20, p95: 30 },
      resident_bytes: 150_000_000,
      ...evaluation,
    },
    trained_on: { outcomes: 10, reviews: 2, base_set: "generated" },
  };
}
const register = async (name: string): Promise<Model> =>
  registerModel({ ctx: as(ADMIN), input: await inputOf(`GGUF ${name}`) });
const promote = ({ model_id }: Model, actor: Actor = ADMIN) =>
  promoteModel({ ctx: as(actor), input: { model_id } });

test("a candidate takes the active model's place, and a roll-back brings that one back", async () => {
  const [first, second] = [await register("one"), await register("two")];
  expect([first.state, first.size_bytes, await activeId()]).toEqual(["candidate", 8, null]);
  await promote(first);
  expect(await promote(second)).toMatchObject({
    state: "active",
    promoted_by: "admin@test",
    replaced: first.model_id,
  });
  expect(await activeId()).toBe(second.model_id);
  expect((await rollBackModel({ ctx: as(ADMIN) }))?.model_id).toBe(first.model_id);
  expect(await rollBackModel({ ctx: as(ADMIN) })).toBeNull();
  expect(await activeId()).toBeNull();
  expect(await actionsOf(second.model_id)).toEqual([
    "admin@test model.register",
    "admin@test model.promote",
    "admin@test model.roll_back",
  ]);
  await expect(rollBackModel({ ctx: as(ADMIN) })).rejects.toMatchObject({ code: "conflict" });
});

test("a candidate that is worse is promoted only with a reason, which the audit keeps", async () => {
  const input = await inputOf("GGUF worse", WORSE);
  const model = await registerModel({ ctx: as(ADMIN), input });
  expect(model.regressions).toEqual(["prior.gain"]);
  await expect(promote(model)).rejects.toMatchObject({
    ...{ code: "candidate_is_worse", details: { regressions: ["prior.gain"] } },
  });
  expect(await activeId()).toBeNull();
  expect(await actionsOf(model.model_id)).toEqual(["admin@test model.register"]);
  const forced = { model_id: model.model_id, force_reason: "a trial" };
  await promoteModel({ ctx: as(ADMIN), input: forced });
  expect(await activeId()).toBe(model.model_id);
  const [, row] = await database.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, model.model_id))
    .orderBy(auditEvents.id);
  expect(row?.after).toMatchObject({ regressions: ["prior.gain"], force_reason: "a trial" });
});

test("the worker is given the promoted file with its tasks and temperatures", async () => {
  setEnv({ MODEL_PATH: "", INFERENCE_URL: "" });
  const evaluation = { trusted_tasks: ["confidence"], calibration: { "confidence.pays": 1.4 } };
  const input = await inputOf("GGUF trusted", evaluation);
  await promote(await registerModel({ ctx: as(ADMIN), input }));
  const swapped: ModelChoice[] = [];
  const client = {
    status: async () => ({ model: { sha256: "another" } }),
    swap: async (choice: ModelChoice) => {
      swapped.push(choice);
      return { name: "trusted" };
    },
  } as unknown as InferenceClient;
  await serveActiveModel({ ctx: as(ADMIN), client });
  const { trusted_tasks: tasks, calibration } = evaluation;
  expect(swapped).toEqual([{ path: input.file, sha256: input.sha256, tasks, calibration }]);
});

test("of two promotions at once one wins and the other is a conflict that changes nothing", async () => {
  const both = [await register("left"), await register("right")];
  const settled = await Promise.allSettled(both.map((model) => promote(model)));
  const lost = settled.filter((one) => one.status === "rejected");
  const states = (await listModels({ ctx: as(ACTORS.viewer) })).map(({ state }) => state);
  expect(states.filter((state) => state === "active")).toHaveLength(1);
  // Those that did not overlap both won, one after the other.
  expect(states).toContain(lost.length === 1 ? "candidate" : "retired");
  for (const one of lost) expect(one.reason).toMatchObject({ code: "conflict" });
});

test("the same candidate is promoted once; the loser leaves no audit row", async () => {
  const model = await register("twice");
  const settled = await Promise.allSettled([promote(model), promote(model)]);
  const [lost] = settled.filter((one) => one.status === "rejected");
  expect(lost?.reason).toMatchObject({ code: "conflict" });
  expect(await activeId()).toBe(model.model_id);
  const promotions = (await actionsOf(model.model_id)).filter((text) => text.includes("promote"));
  expect(promotions).toHaveLength(1);
});

test.each([ACTORS.reviewer, ACTORS.product])("$label changes no model", async (actor) => {
  const model = await register(`for ${actor.label}`);
  const input = await inputOf(`GGUF by ${actor.label}`);
  for (const refused of [
    registerModel({ ctx: as(actor), input }),
    promote(model, actor),
    rollBackModel({ ctx: as(actor) }),
  ]) {
    await expect(refused).rejects.toMatchObject({ code: "forbidden" });
  }
  expect(await actionsOf(model.model_id)).toEqual(["admin@test model.register"]);
});

test("no other file than the evaluated GGUF is registered, and that once", async () => {
  const good = await inputOf("GGUF good");
  const send = (input: RegisterModel) => registerModel({ ctx: as(ADMIN), input });
  for (const bad of [
    { ...good, sha256: "0".repeat(64) },
    { ...good, file: path.join(folder, "missing") },
    await inputOf("PK no model"),
  ]) {
    await expect(send(bad)).rejects.toMatchObject({ code: "invalid_input" });
  }
  await send(good);
  await expect(send(good)).rejects.toMatchObject({ code: "conflict" });
  expect(await listModels({ ctx: as(ACTORS.viewer) })).toHaveLength(1);
});
