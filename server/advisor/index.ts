export { describeEstimate } from "./describe-estimate";
export { compilePlan, quoteIdentifier } from "./plan";
export { proposeCandidates } from "./propose-candidates";
export type { WorkloadQuery } from "./types";
