export { shortSql } from "./format";
export {
  type CostModel,
  composeGains,
  netGain,
  type ProofWeights,
  type WeighedInserts,
} from "./gain-arithmetic";
export {
  type JudgeOptions,
  judge,
  queryGainRequired,
  REGRESSION_MIN,
  regressedQueries,
} from "./judge";
export { type MemberRole, memberRole } from "./member-role";
export { HARMFUL, isRegression } from "./rejection";
export {
  anyRegression,
  type EarlierVerdict,
  type EarlierVerdicts,
  type GainThreshold,
  judgeBy,
  MARGINAL_SHARE,
  marginalThreshold,
  requiredGain,
  wasSuggested,
} from "./required-gain";
export {
  applyGains,
  bestCaseGain,
  expectedGain,
  inverseGain,
  type MeasuredQueries,
  type ResidualTime,
  significantGain,
  type TimedQuery,
  totalTimeMs,
} from "./residual-time";
export {
  type CountedPairs,
  evidenceOfSome,
  isSurelyChanged,
  keepGainingTexts,
  type WorkloadModel,
  workloadEvidence,
} from "./workload-gain";
