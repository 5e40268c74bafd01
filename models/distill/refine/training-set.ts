import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { TrainingExample } from "@/server/contracts";

/** A file of `cli models export`. Throws where there is none, or at the first line of another form. */
export function readTrainingSet(file: string): TrainingExample[] {
  if (!existsSync(file)) throw new Error(`There is no training set ${file}.`);
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line, at) => {
    const parsed = TrainingExample.safeParse(JSON.parse(line));
    if (parsed.success) return parsed.data;
    throw new Error(
      `Line ${at + 1} of ${file} is no example: export it anew (npx sidecar models export).`,
      { cause: parsed.error },
    );
  });
}

/**
 * Fewer groups leave so few to be asked of (a fifth, 24) that the share got right is known to no
 * better than 10 points (standard error of a share near 0.5).
 */
export const GROUPS_MIN = 120;

const TEST_SHARE = 0.2;
const VALIDATION_SHARE = 0.15;

export interface SplitSet {
  train: TrainingExample[];
  validation: TrainingExample[];
  test: TrainingExample[];
}

/**
 * Splits a training set by group: all questions about one change stand on one side, and stay there
 * however the set grows, so that a later refinement is never asked what an earlier one learnt.
 * Throws where there are fewer than `groupsMin` groups, or a side is empty.
 */
export function splitGroups(all: readonly TrainingExample[], groupsMin = GROUPS_MIN): SplitSet {
  const groups = new Set(all.map(({ group }) => group)).size;
  if (groups < groupsMin) {
    throw new Error(
      `${groups} changes were measured or judged here; refinement is useful from ${groupsMin} on: a fifth is kept out to see what was learnt. Let the sidecar prove and people judge more, or say --min-examples ${Math.max(1, groups)}.`,
    );
  }
  const set: SplitSet = { train: [], validation: [], test: [] };
  for (const example of all) set[sideOf(example.group)].push(example);
  for (const [side, examples] of Object.entries(set)) {
    if (examples.length === 0) {
      throw new Error(`None of ${groups} changes falls into the ${side} split: more are needed.`);
    }
  }
  return set;
}

function sideOf(group: string): keyof SplitSet {
  const share = createHash("sha256").update(group).digest().readUInt32BE(0) / 2 ** 32;
  if (share < TEST_SHARE) return "test";
  return share < TEST_SHARE + VALIDATION_SHARE ? "validation" : "train";
}
