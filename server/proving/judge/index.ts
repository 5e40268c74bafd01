export { milliseconds, percent, shortSql, speed } from "./format";
export {
  type CostModel,
  composeGains,
  netGain,
  type ProofWeights,
  type WeighedInserts,
} from "./gain-arithmetic";
export {
  isQueryGainCertain,
  type JudgeOptions,
  judge,
  queryGainRequired,
  REGRESSION_MIN,
  regressedQueries,
} from "./judge";
export { type MemberRole, memberRole } from "./member-role";
export { HARMFUL, isRegression, rejection } from "./rejection";
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
  callTimeMs,
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
