export { drawParameters } from "./draw-parameters";
export { heldTableSql, measureInsertCost } from "./insert-cost";
export { measureCold } from "./measure-cold";
export { measurePairs, type PairedSamples, type ReplayedPair, sameText } from "./measure-pairs";
export {
  type NotReplayed,
  orNotReplayed,
  prepareReplay,
  type Replay,
  textsUnder,
  timeBaseline,
} from "./prepare-replay";
export { failingAs, failureOf, QueryFailure } from "./query-failure";
export { type PlanProfile, readProfile } from "./read-plan";
export { withLiterals } from "./replay-text";
export {
  areResultsEqual,
  areRewrittenEqual,
  findTableDifference,
  sumResult,
} from "./result-check";
