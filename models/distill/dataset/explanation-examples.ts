import type { CandidateFeatures } from "@/server/advisor";
import { type ExplanationInput, explanation } from "@/server/inference/tasks";
import type { Rng } from "../random";
import { type Example, fingerprintOf } from "./example";
import { explanationText } from "./explanation-text";

/** An explanation of a candidate whose gain fell into `bucket`. */
export function explanationExample(
  rng: Rng,
  features: CandidateFeatures,
  bucket: number,
  family: string,
): Example {
  const input: ExplanationInput = {
    kind: features.kind,
    detail: features.detail,
    table: features.table,
    target: features.column ?? "",
    use: leadingUse(features),
    verdict: verdictOf(rng, bucket),
    size: bucket >= 8 ? "huge" : bucket >= 5 ? "large" : "small",
    cost: costOf(rng, features.kind),
  };
  const prompt = explanation.prompt(input);
  return {
    id: fingerprintOf(prompt),
    ...{ task: "explanation", family, prompt },
    answer: JSON.stringify({ text: explanationText(input) }),
    soft: [],
    rules: explanation.byRules(input),
  };
}

function leadingUse({ query }: CandidateFeatures): ExplanationInput["use"] {
  const uses = new Set<string>(query.uses);
  if (uses.has("equals") || uses.has("in")) return "lookup";
  if (uses.has("range") || uses.has("prefix")) return "range";
  if (query.groups > 0) return "group";
  if (query.joins > 0) return "join";
  return query.orders > 0 ? "sort" : "read";
}

function verdictOf(rng: Rng, bucket: number): ExplanationInput["verdict"] {
  if (rng.chance(0.04)) return "results_differ";
  if (bucket === 0) return "slower";
  if (bucket < 3) return "no_gain";
  return rng.chance(0.1) ? "cost_exceeds_gain" : "passed";
}

function costOf(rng: Rng, kind: CandidateFeatures["kind"]): ExplanationInput["cost"] {
  if (kind === "add_index" || kind === "add_constraint") {
    return rng.pick(["none", "inserts", "storage"]);
  }
  return kind === "materialize_summary" ? rng.pick(["none", "storage"]) : "none";
}
