import { type CandidateFeatures, candidateFeatures, proposeCandidates } from "@/server/advisor";
import { chanceToPay, confidence, gainBucket, prior } from "@/server/inference/tasks";
import type { ShapeParser } from "@/server/workload";
import { Rng } from "../random";
import type { CostModel } from "../teacher/cost-model/cost-model";
import { drawFamily } from "../world/draw-family";
import { describeQueries, fewValues, toTableSchema } from "../world/product-schema";
import type { Family } from "../world/types";
import { type Example, enumExample } from "./example";

/** Statistics each generated product is seen with. */
const VARIANTS = 5;
const ROWS = { low: 2000, high: 2_000_000 } as const;

type Described = Awaited<ReturnType<typeof describeQueries>>;

/** Examples of one generated product: its candidates under several statistics, and without any. */
export async function candidateExamples(
  parser: ShapeParser,
  model: CostModel,
  { seed, index }: { seed: number; index: number },
): Promise<Example[]> {
  const family = drawFamily({ seed, index, rows: { low: ROWS.low, high: 600_000 } });
  const rng = new Rng(seed, `examples ${index}`);
  const queries = await describeOf(parser, family, rng);
  const examples: Example[] = [];
  const chances = new Map<string, number>();
  for (let variant = 0; variant < VARIANTS; variant++) {
    for (const [id, features] of proposed(family, queries, rng)) {
      const shares = model.predict(features);
      chances.set(id, (chances.get(id) ?? 0) + chanceToPay(shares) / VARIANTS);
      examples.push(priorExample(features, shares, family.domain));
    }
  }
  for (const [id, features] of proposed(family, queries, null)) {
    // Never proposed where statistics are known: the rules exclude it, or it cannot pay.
    const chance = chances.get(id) ?? 0;
    examples.push(confidenceExample(features, chance, family.domain));
  }
  return examples;
}

export function priorExample(
  features: CandidateFeatures,
  shares: Record<string, number>,
  family: string,
): Example {
  const base = { prompt: prior.prompt(features), rules: prior.ruleFallback(features) };
  return enumExample({ task: "prior", family, ...base }, '{"gain":', "}", shares);
}

function confidenceExample(features: CandidateFeatures, chance: number, family: string): Example {
  const base = { prompt: confidence.prompt(features), rules: confidence.ruleFallback(features) };
  const choices = { yes: chance, no: 1 - chance };
  return enumExample({ task: "confidence", family, ...base }, '{"pays":"', '"}', choices);
}

/** Candidates by id with their features, under drawn statistics or (without `rng`) none. */
function proposed(
  family: Family,
  described: Described,
  rng: Rng | null,
): Map<string, CandidateFeatures> {
  const scale = rng ? rng.logUniform(ROWS.low, ROWS.high) / (family.tables[0]?.rows ?? 1) : 1;
  const tables = family.tables.map((table, at) =>
    toTableSchema(table, Math.max(10, Math.round(table.rows * (at === 0 ? scale : 1))), rng),
  );
  const queries = described.map(({ pattern, ...rest }) => {
    const rows = tables.find(({ name }) => name === rest.shape.tables[0])?.row_count ?? 0;
    const meanMs = rng ? latencyMs(rng, rows, pattern.kind) : 0;
    return {
      ...rest,
      pattern: {
        ...pattern,
        mean_ms: meanMs,
        calls: rng ? Math.round(rng.logUniform(3, 3000)) : pattern.calls,
        parameter_samples: rng ? (pattern.parameter_samples ?? []) : [],
      },
    };
  });
  const distinctValues = fewValues(tables, family.tables);
  const { candidates } = proposeCandidates({ tables, queries, distinctValues });
  return new Map(
    candidates.map((one) => [one.candidate_id, candidateFeatures(one, tables, queries)]),
  );
}

/** Between a fast filter and a slow aggregate, one thread: as the experiments showed. */
function latencyMs(rng: Rng, rows: number, kind: string): number {
  return kind === "select" ? 0.3 + (rows / 1e6) * rng.logUniform(1.5, 60) : 0.5;
}

/** Queries as the parser reads them; what equality compares with does not matter here. */
async function describeOf(parser: ShapeParser, family: Family, rng: Rng): Promise<Described> {
  const timed = family.queries.map((query) => ({
    query,
    meanMs: 1 + rng.next(),
    samples: Array.from({ length: query.slots.length > 0 ? 6 : 1 }, (_, set) =>
      query.slots.map((slot) => ("values" in slot ? (slot.values[set] ?? null) : null)),
    ),
  }));
  const tables = family.tables.map((table) => toTableSchema(table, table.rows, null));
  return describeQueries(parser, timed, tables);
}

/** What a gain measured again differs by, about: two thirds of the time less than this. */
const NOISE = 0.03;
const STEPS = 41;

/** A measured gain as a distribution over the buckets: it may fall to either side of an edge. */
export function measuredShares(gain: number): Record<string, number> {
  const shares: Record<string, number> = {};
  let total = 0;
  for (let step = 0; step < STEPS; step++) {
    const z = (step / (STEPS - 1)) * 6 - 3;
    const weight = Math.exp((-z * z) / 2);
    const bucket = gainBucket(gain + z * NOISE);
    shares[bucket] = (shares[bucket] ?? 0) + weight;
    total += weight;
  }
  return Object.fromEntries(
    Object.entries(shares).map(([bucket, share]) => [bucket, share / total]),
  );
}
