import { createRandom } from "@/server/statistics";

/** Random choices from one seed: the same seed draws the same. */
export class Draw {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  /** A whole number in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("There is nothing to pick from.");
    return item;
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  /** `text`, in `share` of the cases; otherwise nothing. */
  maybe(text: string, share = 0.5): string {
    return this.chance(share) ? text : "";
  }

  list<Item>(lengthMin: number, lengthMax: number, draw: () => Item): Item[] {
    const length = lengthMin + this.below(lengthMax - lengthMin + 1);
    return Array.from({ length }, draw);
  }
}
