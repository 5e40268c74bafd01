import { describe, expect, it } from "vitest";
import { Rng } from "../random";
import { drawAdversarial } from "./adversarial-examples";
import { splitExamples } from "./build-dataset";
import type { Example, Split } from "./example";
import attacks from "./lists/attacks.json";
import benign from "./lists/benign.json";
import fills from "./lists/fills.json";
import lists from "./lists/proposals.json";
import { drawPurpose, MEANINGS, oppositesOf, strangersOf } from "./meanings";
import { drawOpinion } from "./opinion-examples";
import { phrasesOf } from "./splits";

const SPLITS: readonly Split[] = ["train", "validation", "test"];
const SEED = 5;
const splits = splitExamples(SEED);
const splitOf = (family: string): Split => splits.get(family) ?? "train";

/** Every list of which phrases are held back. */
const LISTS: string[][] = [
  ...[...MEANINGS.values()].flatMap((one) => [
    one.synonyms,
    one.names,
    one.about,
    one.verbs,
    one.sentences,
  ]),
  ...Object.values(lists),
];

function draw(count: number, drawOne: (rng: Rng) => Example): Example[] {
  const rng = new Rng(SEED, "language");
  return Array.from({ length: count }, () => drawOne(rng));
}

describe("the lists", () => {
  it("say each thing in many ways", () => {
    for (const [name, meaning] of MEANINGS) {
      expect(meaning.names.length + meaning.synonyms.length, name).toBeGreaterThanOrEqual(30);
      expect(meaning.about.length, name).toBeGreaterThanOrEqual(30);
      expect(meaning.verbs.length + meaning.sentences.length, name).toBeGreaterThanOrEqual(30);
    }
    for (const families of [attacks, benign]) {
      for (const [name, sentences] of Object.entries(families)) {
        expect(sentences.length, name).toBeGreaterThanOrEqual(24);
      }
    }
  });

  it("hold no phrase twice, so that none can stand in two splits", () => {
    const words = LISTS.flat();
    const sentences = [...fills.acts, ...Object.values({ ...attacks, ...benign }).flat()];
    const twice = [words, sentences].flatMap((phrases) => {
      const plain = phrases.map((phrase) => phrase.toLowerCase());
      return plain.filter((phrase, at) => plain.indexOf(phrase) !== at);
    });
    expect(twice).toEqual([]);
  });

  it("are mostly free of placeholders, which would make all sentences alike", () => {
    const sentences = Object.values({ ...attacks, ...benign }).flat();
    expect(sentences.filter((one) => !one.includes("{")).length).toBeGreaterThan(
      sentences.length / 2,
    );
  });
});

describe("phrasesOf", () => {
  it("gives every phrase to one split, and each split some", () => {
    for (const list of [...LISTS, ...Object.values(fills)]) {
      const parts = SPLITS.map((split) => phrasesOf(list, split));
      expect(parts.flat().sort()).toEqual([...list].sort());
      for (const part of parts) expect(part.length).toBeGreaterThan(0);
    }
  });
});

describe("held phrases", () => {
  it("of the test are in no proposal of another split", () => {
    const trained = LISTS.flatMap((list) => phrasesOf(list, "train"));
    const held = LISTS.flatMap((list) => phrasesOf(list, "test")).filter(
      (
        phrase, // Names may be met by chance, where a placeholder is filled.
      ) =>
        /^[^EMC{]{12,}$/.test(phrase) &&
        phrase.includes(" ") &&
        !trained.some((other) => other.includes(phrase)),
    );
    expect(held.length).toBeGreaterThan(150);
    const prompts = (wanted: boolean) =>
      draw(1500, (rng) => drawOpinion(rng, splitOf))
        .filter(({ family }) => (splitOf(family) === "test") === wanted)
        .map(({ prompt }) => prompt);
    const isHeld = (prompt: string) => held.some((phrase) => prompt.includes(phrase));
    expect(prompts(false).filter(isHeld)).toEqual([]);
    expect(prompts(true).filter(isHeld).length).toBeGreaterThan(10);
  });

  it("of harmless families do not stand beside an attack of another split", () => {
    const foreign = Object.entries(benign)
      .filter(([name]) => splitOf(`benign/${name}`) === "test")
      .flatMap(([, sentences]) => sentences)
      .filter((sentence) => sentence.length > 20 && !sentence.includes("{"));
    const texts = draw(1500, (rng) => drawAdversarial(rng, splitOf))
      .filter(({ family }) => splitOf(family) === "train")
      .map(({ prompt }) => prompt);
    expect(texts.length).toBeGreaterThan(500);
    expect(texts.filter((text) => foreign.some((one) => text.includes(one)))).toEqual([]);
  });
});

describe("splitExamples", () => {
  it.each([1, 2, 3])("holds four families of attacks and of harmless texts, seed %i", (seed) => {
    const found = [...splitExamples(seed)];
    for (const kind of ["attack/", "benign/"]) {
      for (const split of ["validation", "test"]) {
        const held = found.filter(([family, of]) => family.startsWith(kind) && of === split);
        expect(held.length).toBeGreaterThanOrEqual(4);
      }
    }
  });
});

describe("purposes", () => {
  it("contradict a column only where no reading lets them serve it", () => {
    expect(oppositesOf("money")).toContain("email");
    expect(oppositesOf("money")).not.toContain("currency");
    expect(oppositesOf("text")).toEqual([]);
    for (const name of MEANINGS.keys()) expect(strangersOf(name)).not.toContain(name);
  });

  it("state their legal ground within what the model reads", () => {
    const rng = new Rng(SEED, "legal");
    const grounds = [...lists.grounds, ...lists.duties];
    for (const name of MEANINGS.keys()) {
      const of = { operation: "add_column", name, purpose: "legal" } as const;
      const text = drawPurpose(rng, (phrases) => rng.pick(phrases), of);
      expect(text.length).toBeLessThan(90);
      expect(grounds.some((ground) => text.includes(ground))).toBe(true);
    }
  });
});
