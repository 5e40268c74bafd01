export { proveCandidates } from "./prove-candidates";
export { removeStaleWork } from "./shadow";
export { type Comparison, comparePairs, compareSamples } from "./statistics";
export type { ProofInput, WorkloadQuery } from "./types";
