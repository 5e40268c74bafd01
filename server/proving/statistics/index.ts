export { excludesZero } from "./bootstrap";
export { comparePairs } from "./compare-pairs";
export { compareSamples } from "./compare-samples";
export { extrapolateGain, type ScaledQuery } from "./extrapolate-gain";
export { median, quantile, summarizeLatencies } from "./quantile";
export { createRandom, deriveSeed } from "./random";
export { REPLICATION_SD, sureGain } from "./replication";
export { hasEnoughPairs, LOSS_PAIRS_MIN, type StoppingRule } from "./stopping";
export { weightedGain } from "./weighted-gain";
