import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { enterModel, readManifest, setTasks } from "./manifest";

const exported = {
  architecture: "llama",
  parameters: 1000,
  quantization: "Q8_0",
  context: 512,
  steps: 10,
};
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "manifest-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function enter(name: string, content: string) {
  writeFileSync(path.join(folder, `${name}.gguf`), content);
  const calibration = { "prior.gain": 1.5, "opinion.reason": 1 };
  return enterModel(folder, { name, file: `${name}.gguf`, exported, calibration });
}

test("an entry carries the file's own size and checksum", () => {
  const entry = enter("student", "abc");
  expect(entry.size_bytes).toBe(3);
  expect(entry.sha256).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(entry.tasks).toEqual(["prior", "opinion"]);
});

test("the latest model comes first and replaces the one of its name", () => {
  enter("old", "a");
  enter("new", "b");
  enter("old", "c");
  const models = readManifest(folder);
  expect(models.map(({ name }) => name)).toEqual(["old", "new"]);
  expect(models[0]?.sha256).not.toBe(enter("other", "a").sha256);
});

test("a folder without manifest has no models", () => {
  expect(readManifest(folder)).toEqual([]);
});

test("what a model answers can be narrowed afterwards", () => {
  enter("old", "a");
  enter("new", "b");
  setTasks(folder, ["prior"]);
  expect(readManifest(folder).map(({ tasks }) => tasks)).toEqual([["prior"], ["prior", "opinion"]]);
});
