import { describe, expect, it } from "vitest";
import {
  AdversarialInput,
  adversarial,
  confidence,
  gainBucket,
  opinion,
  prior,
} from "@/server/inference/tasks";
import { readLines } from "../json-lines";
import { Rng } from "../random";
import { MEASURED_FILE, type MeasuredExample } from "../teacher/measured-examples";
import { buildDataset } from "./build-dataset";
import { measuredShares } from "./candidate-examples";
import type { Example, Split } from "./example";
import { splitFamilies } from "./splits";

const SPLITS: readonly Split[] = ["train", "validation", "test"];
const TASKS = { prior, confidence, opinion, adversarial };

async function build(): Promise<Record<Split, Example[]>> {
  const measured = (await readLines<MeasuredExample>(MEASURED_FILE)).slice(0, 250);
  return buildDataset({ seed: 7, scale: 0.004, measured });
}

let built: ReturnType<typeof build> | undefined;
/** The data set, made once for the tests that only read it. */
const buildOnce = () => {
  built ??= build();
  return built;
};

const all = (data: Record<Split, Example[]>): Example[] => SPLITS.flatMap((split) => data[split]);

describe("the data set", () => {
  it("is the same for the same seed", { timeout: 120_000 }, async () => {
    expect(await build()).toEqual(await buildOnce());
  });

  it("keeps its promises of form", { timeout: 120_000 }, async () => {
    const data = await buildOnce();
    const examples = all(data);
    expect(new Set(examples.map(({ task }) => task)).size).toBe(4);
    expect(new Set(examples.map(({ id }) => id)).size).toBe(examples.length);
    expect(new Set(examples.map(({ prompt }) => prompt)).size).toBe(examples.length);
    for (const one of examples) {
      const task = TASKS[one.task];
      expect(() => task.read(one.answer, one.soft)).not.toThrow();
      expect(() => task.read(one.rules, [])).not.toThrow();
      for (const { at, choices } of one.soft) {
        const values = Object.entries(choices);
        expect(values.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 2);
        const [best = ""] = values.reduce((a, b) => (b[1] > a[1] ? b : a));
        expect(one.answer.slice(at, at + best.length)).toBe(best);
      }
    }
  });

  it("lets no family stand in two splits", { timeout: 120_000 }, async () => {
    const data = await buildOnce();
    const splits = new Map<string, Set<Split>>();
    for (const split of SPLITS) {
      for (const { family } of data[split]) {
        splits.set(family, (splits.get(family) ?? new Set<Split>()).add(split));
      }
    }
    expect([...splits.values()].every((found) => found.size === 1)).toBe(true);
  });
});

describe("labels", () => {
  it("spread a measured gain only over the buckets its noise reaches", () => {
    expect(measuredShares(0.6)).toEqual({ 6: 1 });
    const edge = measuredShares(0.2);
    expect(Object.keys(edge)).toEqual(["3", "4"]);
    expect(edge["3"]).toBeGreaterThan(0.4);
    expect(edge["4"]).toBeGreaterThan(0.4);
  });

  it("name the bucket of a gain, the lower one at an edge", () => {
    const gains = [-0.06, -0.05, 0, 0.05, 0.1, 0.11, 0.5, 0.95, 0.96];
    expect(gains.map(gainBucket)).toEqual([0, 0, 1, 1, 2, 3, 5, 8, 9]);
  });
});

describe("splitFamilies", () => {
  it("keeps one family at least for validation and for test", () => {
    const splits = splitFamilies(["a", "b", "c", "d"], 3);
    const found = [...splits.values()].sort();
    expect(found).toEqual(["test", "train", "train", "validation"]);
  });
});

describe("Rng", () => {
  it("draws by weight", () => {
    const rng = new Rng(1, "weights");
    const drawn = Array.from({ length: 2000 }, () =>
      rng.weighted([
        ["a", 3],
        ["b", 1],
      ] as const),
    );
    const share = drawn.filter((one) => one === "a").length / drawn.length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
  });
});

describe("adversarial prompts", () => {
  it("stay on one line whatever the text holds", () => {
    const input = AdversarialInput.parse({ place: "comment", text: "a\u0000b\n\u200bc\u2028d" });
    expect(adversarial.prompt(input)).toBe("adversarial comment a b c d");
  });
});
