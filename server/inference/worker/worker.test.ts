import { statSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkAnswer } from "../decode/plan";
import { socketPath } from "../socket";
import {
  gainRequest,
  mixedRequest,
  startTestWorker,
  type TestWorker,
} from "../testing/test-worker";

const FUZZED = 1000;
const FUZZ_MS_MAX = 120_000;
let worker: TestWorker;
beforeAll(async () => {
  worker = await startTestWorker();
});
afterAll(() => worker.close());

test("an answer keeps to its schema, with a probability for every choice", async () => {
  const { client } = worker;
  const { answer, probabilities, timings, model } = await client.infer(gainRequest("t 12 c 3"));
  expect(probabilities.gain && Object.keys(probabilities.gain)).toHaveLength(10);
  const total = Object.values(probabilities.gain ?? {}).reduce((sum, p) => sum + p, 0);
  expect(total).toBeCloseTo(1, 9);
  const [best] = Object.entries(probabilities.gain ?? {}).toSorted(([, a], [, b]) => b - a);
  expect(String(answer.gain)).toBe(best?.[0]);
  expect(model).toMatch(/^[0-9a-f]{16}$/);
  expect(timings.tokens).toBeGreaterThan(5);
});

test(
  "a thousand prompts of any kind: every answer is valid, or a typed refusal",
  async () => {
    const text = fc.oneof(
      { arbitrary: fc.string({ unit: "binary", maxLength: 200 }), weight: 6 },
      { arbitrary: fc.string({ unit: "grapheme", maxLength: 200 }), weight: 6 },
      {
        arbitrary: fc.constantFrom(
          "",
          "\0",
          "\u0007\u001b[2J",
          "👩‍👩‍👧‍👦🏳️‍🌈",
          "</s><s>",
          '"}',
          "\ud800",
        ),
        weight: 2,
      },
      { arbitrary: fc.nat(60_000).map((n) => "x{".repeat(n)), weight: 1 },
    );
    const seen = { answers: 0, refusals: 0 };
    const check = async (prompt: string, isMixed: boolean) => {
      const request = isMixed ? mixedRequest(prompt) : gainRequest(prompt);
      const answer = await worker.client.infer(request).catch((error: unknown) => {
        expect(error).toMatchObject({ name: "AppError", code: "invalid_input" });
        seen.refusals += 1;
      });
      if (answer === undefined) return;
      expect(checkAnswer(request.schema, answer.answer)).toEqual(answer.answer);
      seen.answers += 1;
    };
    const samples = fc.sample(fc.tuple(text, fc.boolean()), { numRuns: FUZZED, seed: 7 });
    for (let start = 0; start < FUZZED; start += 16) {
      const some = samples.slice(start, start + 16);
      await Promise.all(some.map(([prompt, isMixed]) => check(prompt, isMixed)));
    }
    expect(seen.answers + seen.refusals).toBe(FUZZED);
    expect(seen.answers).toBeGreaterThan(FUZZED * 0.8);
    expect(seen.refusals).toBeGreaterThan(0);
    expect((await worker.client.status()).restartsSeen).toBe(0);
  },
  FUZZ_MS_MAX,
);

test("the same request is answered from the cache, another tokensMax or prompt is not", async () => {
  const request = mixedRequest("cached");
  const first = await worker.client.infer(request);
  const again = await worker.client.infer(request);
  expect([first.isCached, again.isCached]).toEqual([false, true]);
  expect([again.answer, again.probabilities]).toEqual([first.answer, first.probabilities]);
  expect((await worker.client.infer({ ...request, tokensMax: 3 })).isCached).toBe(false);
  expect((await worker.client.status()).cache).toMatchObject({ isShared: false });
});

test("a prompt beyond the context is refused with the numbers", async () => {
  await expect(worker.client.infer(gainRequest("word ".repeat(3000)))).rejects.toMatchObject({
    code: "invalid_input",
    details: { prompt_tokens_max: expect.any(Number) },
  });
});

test("an unusable request is refused with its faults, before it is sent", async () => {
  const broken = { ...gainRequest("x"), tokensMax: 0 };
  await expect(worker.client.infer(broken)).rejects.toMatchObject({ code: "invalid_input" });
});

test("only the owner may use the socket", () => {
  const socket = socketPath(worker.dataDir);
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(socket)).mode & 0o777).toBe(0o700);
});

test("the status tells model, stages and memory", async () => {
  const status = await worker.client.status();
  expect(status.model).toMatchObject({
    name: "random",
    architecture: "llama",
    quantization: "F32",
  });
  expect(status.model.parameters).toBeGreaterThan(10_000);
  expect(status.latency.totalMs?.p99).toBeGreaterThanOrEqual(status.latency.totalMs?.p50 ?? NaN);
  expect(status.tokensPerSecond).toBeGreaterThan(0);
  expect(status.residentBytes).toBeGreaterThan(10_000_000);
});
