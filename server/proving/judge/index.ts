export {
  HARMFUL,
  isRegression,
  isUnclear,
  judge,
  queryGainRequired,
  REGRESSION_MIN,
  regressedQueries,
} from "./judge";
export { costOfFit, judgeFit } from "./judge-fit";
export { type MemberRole, memberRole } from "./member-role";
export {
  anyRegression,
  type EarlierVerdict,
  type EarlierVerdicts,
  earlierVerdict,
  earlierVerdicts,
  judgeBy,
  type LearnedGains,
  MARGINAL_SHARE,
  marginalThreshold,
  requiredGain,
  wasSuggested,
} from "./required-gain";
