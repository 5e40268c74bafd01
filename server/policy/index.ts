export { clearApprovals, isFor, POLICY_PERSON, storeApproval } from "./approvals";
export { loadPolicy } from "./current-policy";
export {
  engageStop,
  getStop,
  holdOffStop,
  isStopped,
  liftStop,
  stoppedError,
  viewStop,
} from "./emergency-stop";
export {
  EVALUATED_COLUMNS,
  type EvaluatedSuggestion,
  evaluateSuggestion,
} from "./evaluate-suggestion";
export { getPolicy, listPolicyVersions, setPolicy } from "./manage-policy";
export { type Permit, permitExecution } from "./permit-execution";
export { mayFill } from "./rules/chain";
export { evaluatePolicy } from "./rules/evaluate";
export { judgeOutcome } from "./rules/judge-outcome";
export {
  CALLS_MIN,
  countsAsRegression,
  exceedsLimits,
  isExpectedToGain,
  type Measured,
  type MeasuredOutcome,
} from "./rules/regression-limits";
export { simulatePolicy } from "./simulate-policy";
