import { createRandom, deriveSeed } from "@/server/statistics";

/** Seeded draws: the same seed and label give the same sequence on every machine. */
export class Rng {
  private readonly draw: () => number;

  constructor(seed: number, label: string) {
    this.draw = createRandom(deriveSeed(seed, label));
  }

  /** [0, 1) */
  next(): number {
    return this.draw();
  }

  /** Whole number, low..high inclusive. */
  int(low: number, high: number): number {
    return low + Math.floor(this.draw() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.draw() < probability;
  }

  /** Throws RangeError on an empty list. */
  pick<T>(list: readonly T[]): T {
    const found = list[Math.floor(this.draw() * list.length)];
    if (found === undefined) throw new RangeError("Nothing to pick from.");
    return found;
  }

  /** An entry by weight; entries are [value, weight]. */
  weighted<T>(entries: readonly (readonly [T, number])[]): T {
    const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
    let left = this.draw() * total;
    for (const [value, weight] of entries) {
      left -= weight;
      if (left < 0) return value;
    }
    return this.pick(entries)[0];
  }

  /** Real number, log-uniform. */
  logUniform(low: number, high: number): number {
    return low * Math.exp(this.draw() * Math.log(high / low));
  }

  shuffle<T>(list: readonly T[]): T[] {
    return list
      .map((value) => ({ value, key: this.draw() }))
      .sort((a, b) => a.key - b.key)
      .map(({ value }) => value);
  }
}
