export { type EarlierVerdict, earlierVerdict, earlierVerdicts } from "./judge";
export { withLiterals } from "./measure/replay/with-literals";
export { excludedByRule, proveCandidates } from "./prove-candidates";
export { orderCandidates } from "./search";
export type { ProofInput } from "./types";
