export { type EarlierVerdict, earlierVerdict, earlierVerdicts } from "./earlier-verdict";
export { withLiterals } from "./measure/replay/with-literals";
export { excludedByRule, proveCandidates } from "./prove-candidates";
export { orderCandidates } from "./search";
export type { ProofInput } from "./types";
