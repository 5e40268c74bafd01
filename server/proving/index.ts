export { type EarlierVerdict, earlierVerdict, earlierVerdicts } from "./earlier-verdict";
export { orderCandidates } from "./proof/order-candidates";
export { excludedByRule } from "./proof/prove-one";
export { proveCandidates } from "./prove-candidates";
export { withLiterals } from "./sql";
export type { AdviceUpdate, ProofCompletion, ProofInput, ProofWeights } from "./types";
