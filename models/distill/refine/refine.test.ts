import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeLines } from "../json-lines";
import { opinionExample, ownExamples, priorExample } from "../testing/toy";
import { mixReplay, mixValidation, takeReplay } from "./mix-replay";
import { GROUPS_MIN, readTrainingSet, splitGroups } from "./training-set";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "refine-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const own = ownExamples();
const replay = Array.from({ length: 900 }, (_, at) => priorExample(at % 10, at % 7));

test("an export is read as it was written, and a line of another form is named", async () => {
  const file = path.join(folder, "set.jsonl.gz");
  await writeLines(file, own);
  expect(readTrainingSet(file)).toEqual(own);
  await writeLines(file, [own[0], priorExample(1, 1)]);
  expect(() => readTrainingSet(file)).toThrow(/Line 2 of .* is no example/);
  writeFileSync(file, "");
  expect(() => readTrainingSet(path.join(folder, "none"))).toThrow("There is no training set");
});

test("too few changes are refused with the number that is needed, unless fewer are allowed", () => {
  const few = own.slice(0, GROUPS_MIN - 1);
  expect(() => splitGroups(few)).toThrow(`useful from ${GROUPS_MIN} on`);
  expect(() => splitGroups([...few, ...few])).toThrow("--min-examples 119");
  expect(splitGroups(few, 10).train.length).toBeGreaterThan(50);
  expect(() => splitGroups(own.slice(0, 1), 1)).toThrow("more are needed");
});

test("all questions about a change stand on one side, however the set grows", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(own, { minLength: 60 }), (some) => {
      const twice = [...some, ...some.map((one) => ({ ...one, id: `${one.id}-again` }))];
      const [split, all] = [splitGroups(twice, 1), splitGroups(own)];
      for (const side of ["train", "validation", "test"] as const) {
        const groups = new Set(all[side].map(({ group }) => group));
        expect(split[side].every(({ group }) => groups.has(group))).toBe(true);
      }
      expect(split.train.length + split.validation.length + split.test.length).toBe(twice.length);
    }),
    { numRuns: 20 },
  );
});

test("own examples have a quarter of an epoch, or are read eight times; weights stay in proportion", () => {
  const weights = fc.array(fc.double({ min: 0.5, max: 6, noNaN: true }), {
    minLength: 1,
    maxLength: 400,
  });
  fc.assert(
    fc.property(weights, (given) => {
      const some = own
        .slice(0, given.length)
        .map((one, at) => ({ ...one, weight: given[at] ?? 1 }));
      const mixed = mixReplay(some, replay);
      const read = mixed.slice(replay.length).map(({ weight = 1 }) => weight);
      const share = read.reduce((sum, one) => sum + one, 0) / replay.length;
      const mean = read.reduce((sum, one) => sum + one, 0) / read.length;
      expect(mean).toBeLessThanOrEqual(8 + 1e-9);
      const isFull = Math.abs(share - 1 / 3) < 1e-9;
      expect(isFull || (share < 1 / 3 && Math.abs(mean - 8) < 1e-9)).toBe(true);
      const scale = (read[0] ?? 0) / (given[0] ?? 1);
      for (const [at, one] of read.entries()) expect(one).toBeCloseTo(scale * (given[at] ?? 1), 6);
      expect(mixed.slice(0, replay.length).every(({ weight }) => weight === undefined)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test("validation holds copies in the place of weights, each under an id of its own", () => {
  const mixed = mixValidation(own.slice(0, 20), replay);
  const copies = mixed.slice(replay.length);
  expect(copies).toHaveLength(300);
  expect(new Set(copies.map(({ id }) => id)).size).toBe(300);
  expect(copies.every((one) => !("weight" in one))).toBe(true);
});

test("a sample to replay lacks no value that the tokenizer must know", () => {
  const rare = [...replay, opinionExample(0), opinionExample(1), opinionExample(2)];
  const taken = takeReplay(rare, 10);
  expect(taken.length).toBeLessThan(25);
  for (let at = 0; at < 3; at++) expect(taken).toContainEqual(opinionExample(at));
});
