export { type EarlierVerdict, earlierVerdict } from "./earlier-verdict";
export { orderCandidates } from "./proof/order-candidates";
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
