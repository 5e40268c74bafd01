export { proveCandidates } from "./prove-candidates";
export { withLiterals } from "./sql";
export { comparePairs, compareSamples, createRandom, weightedGain } from "./statistics";
