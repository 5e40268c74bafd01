export { excludesZero } from "./bootstrap";
export { extrapolateGain, type ScaledQuery } from "./extrapolate-gain";
export { type Comparison, combineGains, comparePairs, compareSamples, weightedGain } from "./gains";
export { median, quantile, summarizeLatencies } from "./quantile";
export { createRandom, deriveSeed, drawNormal } from "./random";
export {
  BETWEEN_RUN_SD,
  hasEnoughPairs,
  LOSS_PAIRS_MIN,
  lowerConfidenceGain,
  SHARE_SD,
  type StoppingRule,
} from "./significance";
