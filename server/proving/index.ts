export { type EarlierVerdict, earlierVerdict, earlierVerdicts } from "./earlier-verdict";
export { orderCandidates } from "./proof/order-candidates";
export { excludedByRule } from "./proof/prove-one";
export { proveCandidates } from "./prove-candidates";
export { withLiterals } from "./sql";
export {
  comparePairs,
  compareSamples,
  createRandom,
  deriveSeed,
  median,
  weightedGain,
} from "./statistics";
export type { AdviceUpdate, ProofCompletion, ProofInput } from "./types";
