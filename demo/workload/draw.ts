import type { JsonScalar } from "@/server/contracts";

export interface WorkloadCall {
  sql: string;
  parameters: JsonScalar[];
}

/** One kind of call: its share of all, and how its parameters are drawn. */
export interface Share<Population> {
  share: number;
  draw(from: Population, random: () => number): WorkloadCall;
}

const DAY_MS = 86_400_000;

/** The next call of a workload. */
export function drawFrom<Population>(
  mix: readonly Share<Population>[],
  population: Population,
  random: () => number,
): WorkloadCall {
  let left = random() * mix.reduce((sum, { share }) => sum + share, 0);
  const chosen = mix.find(({ share }) => {
    left -= share;
    return left < 0;
  });
  const each = chosen ?? mix[mix.length - 1];
  if (each === undefined) throw new Error("The workload needs calls to draw from.");
  return each.draw(population, random);
}

export function pick<T>(values: readonly T[], random: () => number): T {
  const value = values[Math.floor(values.length * random())];
  if (value === undefined) throw new Error("The workload needs values to pick from.");
  return value;
}

/** Like `pick`, the first of the values more often: some are asked for most. */
export const pickPopular = <T>(values: readonly T[], random: () => number): T =>
  pick(values, () => random() ** 2);

export const call = (sql: string, ...parameters: JsonScalar[]): WorkloadCall => ({
  sql,
  parameters,
});

export const dayText = (day: Date) => day.toISOString().slice(0, 10);

export const daysBefore = (day: Date, days: number) =>
  dayText(new Date(day.getTime() - Math.floor(days) * DAY_MS));

/** A TIMESTAMP literal (UTC). */
export function timestampText(at: Date): string {
  return at.toISOString().slice(0, 19).replace("T", " ");
}

/** Seeded uniform numbers in [0, 1) (mulberry32): the same seed, the same workload. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
