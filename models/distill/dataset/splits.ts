import { createHash } from "node:crypto";
import { Rng } from "../random";
import type { Split } from "./example";

/**
 * Gives each family one split: about `share` of the families (one at least) to validation and to
 * test each, the rest to train. The same families and seed give the same splits.
 */
export function splitFamilies(
  families: readonly string[],
  seed: number,
  share = 0.05,
): Map<string, Split> {
  const drawn = new Rng(seed, "split").shuffle([...new Set(families)].sort());
  const held = Math.max(1, Math.round(drawn.length * share));
  return new Map(
    drawn.map((family, at) => [
      family,
      at < held ? "test" : at < 2 * held ? "validation" : "train",
    ]),
  );
}

/** Part of a list that validation and test each keep for themselves. */
const HELD = 0.1;

const known = new WeakMap<readonly string[], Record<Split, readonly string[]>>();

/**
 * The phrases of a list that examples of a split may use: a tenth stands in validation only, a
 * tenth in test only, so that a score counts words that training never showed. The order of the
 * list says nothing: phrases are taken by their hash.
 */
export function phrasesOf(phrases: readonly string[], split: Split): readonly string[] {
  const found = known.get(phrases) ?? splitPhrases(phrases);
  known.set(phrases, found);
  return found[split];
}

function splitPhrases(phrases: readonly string[]): Record<Split, readonly string[]> {
  const ordered = [...new Set(phrases)]
    .map((phrase) => ({ phrase, key: createHash("sha256").update(phrase).digest("hex") }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ phrase }) => phrase);
  const held = Math.max(1, Math.round(ordered.length * HELD));
  return {
    test: ordered.slice(0, held),
    validation: ordered.slice(held, 2 * held),
    train: ordered.slice(2 * held),
  };
}
