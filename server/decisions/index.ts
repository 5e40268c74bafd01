export { analyze } from "./analyze";
export { approveSuggestion } from "./approve-suggestion";
export { estimateCandidates } from "./estimate-candidates";
export { expireSuggestions } from "./expire-suggestions";
export { failProof } from "./fail-proof";
export { getSuggestion } from "./get-suggestion";
export { giveFeedback } from "./give-feedback";
export { isAnalysisDue } from "./is-analysis-due";
export { listSuggestions } from "./list-suggestions";
export { toOperation } from "./operation-view";
export { refuseOtherProduct } from "./refuse-other-product";
export { rejectSuggestion } from "./reject-suggestion";
export { runProof } from "./run-proof";
export { supersedeSuggestions } from "./supersede-suggestions";
export {
  type OperationRow,
  publishOperation,
  transitionOperation,
  transitionSuggestion,
} from "./transition";
export { waitForSuggestion } from "./wait-for-suggestion";
