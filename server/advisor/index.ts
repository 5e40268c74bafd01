export { areExclusive } from "./are-exclusive";
export { describeEstimate } from "./describe-estimate";
export { describeQuery } from "./describe-query";
export { compilePlan, quoteIdentifier } from "./plan";
export { proposeCandidates } from "./propose-candidates";
export type { WorkloadQuery } from "./types";
export { insertTimeShare } from "./usage";
