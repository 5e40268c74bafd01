import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { trainingFacts } from "./training-facts";

let log: string;

beforeEach(() => {
  log = path.join(mkdtempSync(path.join(tmpdir(), "log-")), "log.jsonl");
});
afterEach(() => rmSync(path.dirname(log), { recursive: true }));

const write = (entries: object[]) =>
  writeFileSync(log, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));

const start = { event: "start", parameters: 5, step: 0, settings: { width: 64, tied: true } };
const validations = [
  { event: "validation", step: 10, loss: 2 },
  { event: "validation", step: 20, loss: 1 },
  { event: "validation", step: 30, loss: 1.5 },
];

test("tells where validation loss was least", () => {
  write([start, ...validations, { event: "end", step: 30, seconds: 90, best: 1 }]);
  expect(trainingFacts(log)).toEqual({
    settings: { width: 64, tied: true },
    steps: 30,
    minutes: 1.5,
    bestLoss: 1,
    bestStep: 20,
  });
});

test("a training that was not ended has no facts", () => {
  write([start, ...validations]);
  expect(() => trainingFacts(log)).toThrow("no ended training");
});
