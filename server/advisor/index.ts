export { areExclusive, CHANGE_KINDS, kindOf, kindsWhere } from "./change-kinds";
export { nameChange } from "./change-names";
export { chooseEstimates } from "./context-choice";
export { contextFindings } from "./context-findings";
export { byExpectedGain, describeEstimate, expectedGain } from "./expected-gain";
export { CandidateFeatures, candidateFeatures } from "./features";
export { summaryComparisonSql } from "./kinds/materialize-summary/summary-sql";
export { compilePlan } from "./plan/compile-plan";
export { commentsSql, foreignKeysOf, indexCommentSql } from "./plan/table-sql";
export { proposeCandidates } from "./propose-candidates";
export { proposeRequested } from "./propose-requested";
export {
  describeQuery,
  heaviestFirst,
  insertTimeShare,
  isTimedWrite,
  sampleValues,
  shownSql,
  tablesByWeight,
  textsOf,
  toWorkloadQuery,
  type WorkloadQuery,
  weightsOf,
  writesTo,
} from "./workload-query";
