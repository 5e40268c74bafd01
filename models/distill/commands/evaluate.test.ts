import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { RegisterModel } from "@/server/contracts";
import { CALIBRATION_ERROR_MAX } from "../card/choose-tasks";
import { TOY_MODEL, toyExamples, writeDataset } from "../testing/toy";
import { evaluateModel } from "./evaluate";

let folder: string;
beforeAll(() => {
  folder = writeDataset({ train: toyExamples(), test: toyExamples() });
});
afterAll(() => rmSync(folder, { recursive: true }));

test("what evaluate writes of any GGUF can be registered, trusted with nothing that is miscalibrated", async () => {
  const said = vi.spyOn(console, "log").mockReturnValue();
  await evaluateModel(["--data", folder, "--model", TOY_MODEL, "--out", folder]);
  said.mockRestore();
  const written = JSON.parse(readFileSync(path.join(folder, "toy-q8_0.json"), "utf8"));
  const given = RegisterModel.parse({ ...written, file: TOY_MODEL });
  expect(given).toMatchObject({ name: "toy-q8_0", source: "refined", quantization: "Q8_0" });
  expect(given.evaluation.tasks["opinion.opinion"]).toMatchObject({ accuracy: 1, n: 6 });
  // Right more often than the rules, yet not as sure as it is right.
  const prior = given.evaluation.tasks["prior.gain"];
  expect(prior?.accuracy).toBeGreaterThan(prior?.rules ?? 1);
  expect(prior?.ece).toBeGreaterThan(CALIBRATION_ERROR_MAX);
  expect(given.evaluation.trusted_tasks).toEqual([]);
  expect(given.evaluation.baseline).toBeUndefined();
});
