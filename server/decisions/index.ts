export { analyze } from "./analyze";
export { approveSuggestion } from "./approve-suggestion";
export { continueProof, resumeSearches } from "./continue-proof";
export { expireSuggestions, supersedeBySchemaChange } from "./end-suggestions";
export { estimateCandidates } from "./estimate-candidates";
export { getSuggestion } from "./get-suggestion";
export { giveFeedback } from "./give-feedback";
export { isAnalysisDue } from "./is-analysis-due";
export { listSuggestions } from "./list-suggestions";
export { toOperation } from "./operation-view";
export { assertVisible } from "./product-scope";
export { listProofEvents } from "./proof-log";
export { failProof } from "./publish-advice";
export { refuseOtherProduct } from "./refuse-other-product";
export { rejectSuggestion } from "./reject-suggestion";
export { runProof } from "./run-proof";
export {
  type OperationRow,
  publishOperation,
  transitionOperation,
  transitionSuggestion,
} from "./transition";
export { waitForSuggestion } from "./wait-for-suggestion";
