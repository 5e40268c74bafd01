export { areExclusive } from "./are-exclusive";
export { describeEstimate } from "./describe-estimate";
export { describeQuery } from "./describe-query";
export { expectedGain } from "./expected-gain";
export { compilePlan, quoteIdentifier } from "./plan";
export { proposeCandidates } from "./propose-candidates";
export { formatCount, formatPercent, listText, plural } from "./text";
export type { WorkloadQuery } from "./types";
export { insertTimeShare } from "./usage";
