export { describeEstimate } from "./describe-estimate";
export { compilePlan, quoteIdentifier, quoteLiteral } from "./plan";
export { proposeCandidates } from "./propose-candidates";
export type { AdviceInput, LeftOut, Proposals, WorkloadQuery } from "./types";
