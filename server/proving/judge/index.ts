export { shortSql } from "./format";
export {
  type CostModel,
  composeGains,
  netGain,
  type ProofWeights,
  type WeighedInserts,
} from "./gain-arithmetic";
export {
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
  type ResidualTime,
  significantGain,
  type TimedQuery,
  totalTimeMs,
} from "./residual-time";
export {
  evidenceOfSome,
  isSurelyChanged,
  keepGainingTexts,
  type WorkloadModel,
  workloadEvidence,
} from "./workload-gain";
