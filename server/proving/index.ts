export { proveCandidates } from "./prove-candidates";
export { withLiterals } from "./sql";
export { comparePairs, compareSamples, weightedGain } from "./statistics";
