export {
  type EarlierVerdict,
  earlierVerdict,
  earlierVerdicts,
  REGRESSION_MIN,
} from "./judge";
export { withLiterals } from "./measure/replay/replay-text";
export { excludedByRule, proveCandidates } from "./prove-candidates";
export { orderCandidates } from "./search";
export type { ProofInput } from "./types";
