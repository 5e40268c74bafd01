import { copyFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkAnswer } from "../decode/plan";
import { writeRandomModel } from "../testing/random-model";
import { gainRequest, longRequest, startTestWorker, type TestWorker } from "../testing/test-worker";

/** Slow enough to be caught at work. */
const TALKATIVE = { isTalkative: true, width: 64, layers: 2 };
const SEQUENCES = 2;
const WAITING_MAX = 4;
let worker: TestWorker;
beforeAll(async () => {
  const settings = {
    INFERENCE_SEQUENCES: String(SEQUENCES),
    INFERENCE_QUEUE_MAX: String(WAITING_MAX),
  };
  worker = await startTestWorker(settings, TALKATIVE);
});
afterAll(() => worker.close());

/** Resolves when so many requests are being worked on. */
const working = (count: number) =>
  expect
    .poll(async () => (await worker.client.status()).queue.running, { interval: 5 })
    .toBe(count);

test("a deadline ends a request, and its sequence works on for others", async () => {
  const started = performance.now();
  const late = Array.from({ length: SEQUENCES + WAITING_MAX }, (_, n) =>
    worker.client.infer(longRequest(`late ${n}`, { deadlineMs: 60 })),
  );
  const outcomes = await Promise.allSettled(late);
  expect(performance.now() - started).toBeLessThan(2000);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "timeout" } });
  }
  await expect(worker.client.infer(gainRequest("after the deadline"))).resolves.toBeDefined();
});

test("an aborted request rejects at once with its reason and is given up", async () => {
  const controller = new AbortController();
  const before = (await worker.client.status()).requests.cancelled;
  const running = worker.client.infer(longRequest("abort"), controller.signal);
  const reason = new Error("enough");
  await worker.client.status();
  controller.abort(reason);
  await expect(running).rejects.toBe(reason);
  await expect.poll(async () => (await worker.client.status()).requests.cancelled).toBe(before + 1);
  await expect.poll(async () => (await worker.client.status()).queue.running).toBe(0);
});

test("a full queue refuses at once and says when to come back; waiting ones may be abandoned", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const fill = Array.from({ length: SEQUENCES + WAITING_MAX }, (_, n) =>
    worker.client.infer(longRequest(`fill ${n}`), signal),
  );
  const settled = Promise.allSettled(fill);
  await working(SEQUENCES);
  const started = performance.now();
  await expect(worker.client.infer(gainRequest("too many"))).rejects.toMatchObject({
    code: "unavailable",
    details: { retry_after_seconds: expect.any(Number) },
  });
  expect(performance.now() - started).toBeLessThan(1000);
  expect((await worker.client.status()).queue.waiting).toBe(WAITING_MAX);
  controller.abort();
  await settled;
  await expect.poll(async () => (await worker.client.status()).queue.waiting).toBe(0);
  await expect(worker.client.infer(gainRequest("room again"))).resolves.toBeDefined();
});

test("killed under load: every caller gets an answer or `unavailable` promptly; it recovers", async () => {
  const callers = Array.from({ length: SEQUENCES + WAITING_MAX }, (_, n) =>
    worker.client.infer(n % 2 === 0 ? longRequest(`kill ${n}`) : gainRequest(`kill ${n}`)),
  );
  const settled = Promise.allSettled(callers);
  await working(SEQUENCES);
  await worker.kill("SIGKILL");
  const killed = performance.now();
  const refused = (await settled).flatMap((outcome) =>
    outcome.status === "rejected" ? [outcome.reason.code] : [],
  );
  // What it was working on, at least.
  expect(refused.length).toBeGreaterThanOrEqual(SEQUENCES);
  expect(new Set(refused)).toEqual(new Set(["unavailable"]));
  expect(performance.now() - killed).toBeLessThan(1000);
  await expect(worker.client.infer(gainRequest("down"))).rejects.toMatchObject({
    code: "unavailable",
    details: { retry_after_seconds: 1 },
  });
  await worker.start();
  await expect(worker.client.infer(gainRequest("back"))).resolves.toBeDefined();
  expect((await worker.client.status()).restartsSeen).toBe(1);
});

test("a model is changed under load and no request is dropped", async () => {
  const next = path.join(worker.dataDir, "next.gguf");
  writeRandomModel(next, { ...TALKATIVE, seed: 2, name: "next" });
  const models = new Set<string>();
  let isChanged = false;
  const caller = async (name: number) => {
    for (let n = 0; !isChanged || n < 30; n += 1) {
      const request = longRequest(`swap ${name} ${n}`, { tokensMax: 40 });
      const { answer, model } = await worker.client.infer(request);
      expect(checkAnswer(request.schema, answer)).not.toBeNull();
      models.add(model);
    }
  };
  const callers = [0, 1, 2, 3].map(caller);
  await working(SEQUENCES);
  const before = (await worker.client.status()).model;
  const info = await worker.client.swap({ path: next });
  isChanged = true;
  await Promise.all(callers);
  const after = await worker.client.status();
  expect(info.name).toBe("next");
  expect(after.model.sha256).toBe(info.sha256);
  expect(after.requests.failed).toBe(0);
  expect([...models].toSorted()).toEqual(
    [before.sha256, info.sha256].map((sha256) => sha256?.slice(0, 16)).toSorted(),
  );
});

test("a damaged file, a wrong name: a typed error, and the old model answers on", async () => {
  const cut = path.join(worker.dataDir, "cut.gguf");
  copyFileSync(worker.modelFile, cut);
  truncateSync(cut, 60_000);
  const text = path.join(worker.dataDir, "text.gguf");
  writeFileSync(text, "no model at all, but long enough for a header");
  const before = (await worker.client.status()).model;
  await expect(worker.client.swap({ path: cut })).rejects.toMatchObject({ code: "invalid_input" });
  await expect(worker.client.swap({ path: text })).rejects.toMatchObject({ code: "invalid_input" });
  await expect(worker.client.swap({ name: "nobody" })).rejects.toMatchObject({ code: "not_found" });
  expect((await worker.client.status()).model).toEqual(before);
  await expect(worker.client.infer(gainRequest("still here"))).resolves.toBeDefined();
});

test("asked to stop, it lets short work end, refuses the rest and exits by itself", async () => {
  const short = worker.client.infer(longRequest("short", { tokensMax: 200 }));
  await working(1);
  const ended = worker.kill("SIGTERM");
  await expect(short).resolves.toBeDefined();
  expect((await ended).code).toBe(0);
  await expect(worker.client.infer(gainRequest("late"))).rejects.toMatchObject({
    code: "unavailable",
  });
});
