import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeRandomModel } from "../testing/random-model";
import { gainRequest, mixedRequest } from "../testing/test-worker";
import { type Engine, openEngine } from "./engine";
import { defaultModel, findModel, type ModelSource, readManifest } from "./manifest";
import { checkSum } from "./model-file";

const TERABYTE = 1024 ** 4;
const CHAT_TEMPLATE =
  "{{ bos_token }}{% for m in messages %}[{{ m['role'] }}] {{ m['content'] }}\n{% endfor %}[assistant] ";
const { signal } = new AbortController();
let dir: string;
let engine: Engine;
beforeAll(async () => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sidecar-engine-"));
  writeRandomModel(file("good"));
  writeRandomModel(file("chat"), { chatTemplate: CHAT_TEMPLATE });
  engine = await openEngine({ lanes: 1, threads: 1, sequences: 2, contextTokensMax: 512 });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const file = (name: string) => path.join(dir, `${name}.gguf`);
const source = (name: string, changes: Partial<ModelSource> = {}): ModelSource => ({
  name,
  path: file(name),
  sha256: null,
  format: null,
  quantization: null,
  tasks: null,
  calibration: {},
  ...changes,
});

test("a model is loaded, described and warm; requests on it run side by side", async () => {
  const model = await engine.load(source("good", { sha256: await checkSum(file("good"), null) }));
  expect(model.info).toMatchObject({ architecture: "llama", contextTokens: 512 });
  const runs = [model.run(gainRequest("a"), signal), model.run(mixedRequest("b"), signal)];
  expect(model.hasRoom()).toBe(false);
  expect(await Promise.all(runs)).toHaveLength(2);
  expect(model.hasRoom()).toBe(true);
  await model.retire();
});

test("on two lanes the answers are those of one", async () => {
  const two = await openEngine({ lanes: 2, threads: 1, sequences: 4, contextTokensMax: 512 });
  const [wide, narrow] = [await two.load(source("good")), await engine.load(source("good"))];
  const prompts = ["a", "b", "c", "d"];
  const together = await Promise.all(prompts.map((one) => wide.run(gainRequest(one), signal)));
  for (const [at, prompt] of prompts.entries()) {
    const alone = await narrow.run(gainRequest(prompt), signal);
    expect(together[at]?.answer).toEqual(alone.answer);
  }
  await Promise.all([wide.retire(), narrow.retire()]);
});

test("what a sequence read before is not read again, and changes nothing", async () => {
  const model = await engine.load(source("good"));
  const long = "the same beginning ".repeat(10);
  const first = await model.run(gainRequest(`${long}one`), signal);
  await model.run(gainRequest(`${long}two`), signal);
  const again = await model.run(gainRequest(`${long}one`), signal);
  expect(again.answer).toEqual(first.answer);
  for (const [choice, probability] of Object.entries(first.probabilities.gain ?? {})) {
    expect(again.probabilities.gain?.[choice]).toBeCloseTo(probability, 3);
  }
  expect(again.tokens).toBeLessThan(first.tokens / 4);
  await model.retire();
});

test("a chat model reads instruction and prompt, a student the prompt alone", async () => {
  const student = await engine.load(source("chat", { format: "completion" }));
  const chat = await engine.load(source("chat"));
  const short = gainRequest("p", { instruction: "x" });
  const long = gainRequest("p", { instruction: "A long instruction, word for word." });
  const tokens = async (model: typeof chat, request: typeof short) =>
    (await model.run(request, signal)).tokens;
  expect(await tokens(student, short)).toBe(await tokens(student, long));
  const added = (await tokens(chat, long)) - (await tokens(student, short));
  expect(added).toBeGreaterThan("A long instruction, word for word.".length);
  await Promise.all([student.retire(), chat.retire()]);
});

test("what is told of a file goes before what its manifest says, and stands in its description", async () => {
  const listed = [source("good", { tasks: ["prior"], calibration: { "prior.gain": 2 } })];
  const calibration = { "confidence.pays": 1.5 };
  const choice = { path: file("good"), tasks: ["confidence"], calibration };
  const model = await engine.load(findModel(choice, listed));
  expect(model.info).toMatchObject({ tasks: ["confidence"], calibration });
  expect(findModel({ path: file("good") }, listed)).toEqual(listed[0]);
  await model.retire();
});

test("a truncated file is refused wherever it is cut", async () => {
  const size = readFileSync(file("good")).length;
  for (const bytes of [0, 10, 24, 300, 9000, Math.floor(size / 2), size - 40]) {
    copyFileSync(file("good"), file("cut"));
    truncateSync(file("cut"), bytes);
    await expect(engine.load(source("cut"))).rejects.toMatchObject({ code: "invalid_input" });
  }
});

test("a header full of noise is refused", async () => {
  const noise = Buffer.alloc(4096, 0xff);
  noise.write("GGUF", 0, "latin1");
  noise.writeUInt32LE(3, 4);
  writeFileSync(file("noise"), noise);
  await expect(engine.load(source("noise"))).rejects.toThrow("damaged header");
});

test("a wrong checksum is named with both sums", async () => {
  const load = engine.load(source("good", { sha256: "0".repeat(64) }));
  await expect(load).rejects.toMatchObject({ code: "invalid_input" });
  await expect(load).rejects.toThrow(/its SHA-256 is [0-9a-f]{64}, not 0{64}/);
});

test("a model that cannot fit in memory is refused before it is read", async () => {
  copyFileSync(file("good"), file("huge"));
  // A hole: the file system stores nothing of it.
  truncateSync(file("huge"), TERABYTE);
  const load = engine.load(source("huge"));
  await expect(load).rejects.toMatchObject({
    code: "too_large",
    details: { needed_bytes: expect.any(Number) },
  });
  await expect(load).rejects.toThrow(/1024.00 GiB of weights.*INFERENCE_SEQUENCES/);
});

test("a file that is not there is said so", async () => {
  await expect(engine.load(source("nothing"))).rejects.toMatchObject({ code: "not_found" });
});

test("the manifest names models; the first that lies there is the default", () => {
  const manifest = path.join(dir, "manifest.json");
  const entry = (name: string) => ({
    name,
    file: `${name}.gguf`,
    sha256: "a".repeat(64),
    licence: "MIT",
  });
  const trusted = { tasks: ["prior"], calibration: { "prior.gain": 1.2 } };
  const models = [entry("absent"), entry("good"), { ...entry("chat"), format: "chat", ...trusted }];
  writeFileSync(manifest, JSON.stringify({ models }));
  const sources = readManifest(manifest);
  expect(defaultModel(undefined, sources)).toMatchObject({ name: "good", format: "completion" });
  expect(findModel({ name: "chat" }, sources)).toMatchObject({
    path: file("chat"),
    format: "chat",
    ...trusted,
  });
  expect(findModel({ name: "good" }, sources)).toMatchObject({ tasks: null, calibration: {} });
  // A path that the manifest knows keeps the checksum written there.
  expect(findModel({ path: file("good") }, sources).sha256).toBe("a".repeat(64));
  expect(defaultModel("/elsewhere/mistral-7b.gguf", sources)).toMatchObject({
    name: "mistral-7b",
    sha256: null,
    format: null,
  });
  expect(() => findModel({ name: "nobody" }, sources)).toThrow("absent, good, chat");
});

test("a manifest that cannot be read is said so; none is no model", () => {
  const manifest = path.join(dir, "broken.json");
  writeFileSync(manifest, "{");
  expect(() => readManifest(manifest)).toThrow("cannot be read as JSON");
  writeFileSync(manifest, '[{"name":"x","file":"x.gguf","sha256":"short"}]');
  expect(() => readManifest(manifest)).toThrow("no list of models");
  expect(defaultModel(undefined, readManifest(path.join(dir, "none.json")))).toBeNull();
});
