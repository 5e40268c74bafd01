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
