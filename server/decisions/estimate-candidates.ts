import { byExpectedGain, candidateFeatures, type WorkloadQuery } from "@/server/advisor";
import type { Candidate, TableSchema } from "@/server/contracts";
import { formatPercent } from "@/server/format";
import {
  type AskOptions,
  askTask,
  confidence,
  type InferenceContext,
  prior,
} from "@/server/inference";

export interface EstimateInput {
  candidates: readonly Candidate[];
  tables: readonly TableSchema[];
  queries: readonly WorkloadQuery[];
  /** False: nothing is known of the data but names, types and queries. */
  hasStatistics: boolean;
}

/** Longest wait for the estimates of all candidates together, ms. */
const DEADLINE_MS = 3000;

/**
 * The model's estimates in the place of the rules', most promising first: how likely each candidate
 * pays and, where statistics are known, what it gains. A candidate the model did not answer for
 * keeps what the rules said. Only order and shown expectations depend on it: what is suggested of
 * measured data, the measurement decides.
 */
export async function estimateCandidates({
  ctx,
  input,
  ...options
}: AskOptions & { ctx: InferenceContext; input: EstimateInput }): Promise<Candidate[]> {
  const asked = { ctx, deadlineMs: DEADLINE_MS, ...options };
  const estimated = await Promise.all(
    input.candidates.map((candidate) => estimate(candidate, input, asked)),
  );
  return byExpectedGain(estimated, input.queries);
}

async function estimate(
  candidate: Candidate,
  { tables, queries, hasStatistics }: EstimateInput,
  asked: AskOptions & { ctx: InferenceContext },
): Promise<Candidate> {
  const features = candidateFeatures(candidate, tables, queries);
  if (!hasStatistics) {
    const { result, model } = await askTask({ ...asked, task: confidence, input: features });
    return model === null
      ? candidate
      : withEstimate(candidate, model, { prior: result.confidence });
  }
  const { result, model } = await askTask({ ...asked, task: prior, input: features });
  if (model === null) return candidate;
  return withEstimate(candidate, model, {
    prior: result.chanceItPays,
    estimated_gain: Math.max(0, result.expectedGain),
  });
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** The candidate with the model's numbers, and a factor that says whose they are. */
function withEstimate(
  candidate: Candidate,
  model: string,
  numbers: { prior: number; estimated_gain?: number },
): Candidate {
  const chance = rounded(numbers.prior);
  const gain = numbers.estimated_gain;
  const expected =
    gain === undefined ? "" : `, ${formatPercent(gain)} of its queries' time on average`;
  return {
    ...candidate,
    prior: chance,
    estimated_gain: gain === undefined ? candidate.estimated_gain : rounded(gain),
    estimated_by: model,
    factors: [
      ...candidate.factors,
      {
        name: "Model's expectation",
        detail: `An estimate, not a measurement: ${formatPercent(chance)} likely to save a tenth of its queries' time or more${expected} (model ${model.slice(0, 8)}).`,
        weight: rounded(2 * chance - 1),
      },
    ],
  };
}
