export { type BootstrapOptions, bootstrapInterval, excludesZero } from "./bootstrap";
export { type Comparison, comparePairs } from "./compare-pairs";
export { compareSamples } from "./compare-samples";
export { median, quantile, summarizeLatencies } from "./quantile";
export { createRandom, deriveSeed } from "./random";
export { hasEnoughPairs, type StoppingRule } from "./stopping";
export { type WeightedPairs, weightedGain } from "./weighted-gain";
