export { type EarlierVerdict, earlierVerdict, earlierVerdicts } from "./earlier-verdict";
export { orderCandidates } from "./proof/order-candidates";
export { notTried } from "./proof/prove-one";
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
