export { analyze } from "./analyze";
export { analyzeWhenDue } from "./analyze-when-due";
export { approveSuggestion } from "./approve-suggestion";
export { approveWithinLimits } from "./approve-within-limits";
export { cancelProof } from "./cancel-proof";
export { continueProof, resumeSearches } from "./continue-proof";
export { giveFeedback, rejectSuggestion } from "./decide";
export { editSuggestion } from "./edit-suggestion";
export { expireSuggestions, supersedeBySchemaChange } from "./end-suggestions";
export { estimateCandidates } from "./estimate-candidates";
export {
  addComment,
  assignSuggestion,
  changeSuggestions,
  claimSuggestion,
  deleteView,
  getTriage,
  listColleagues,
  listComments,
  listSavedViews,
  markSuggestion,
  releaseSuggestion,
  saveView,
  snoozeSuggestion,
} from "./inbox";
export { assertVisible, checkSameProduct } from "./product-scope";
export { listProofEvents } from "./proof-log";
export { failProof } from "./publish-advice";
export { getApproval } from "./read-approval";
export {
  countSuggestions,
  getSuggestion,
  listSuggestions,
  waitForSuggestion,
} from "./read-suggestions";
export { remindApprovers } from "./remind-approvers";
export { reopenSuggestion } from "./reopen-suggestion";
export { requestChange } from "./request-change";
export { runProof } from "./run-proof";
export { getSuggestionHead } from "./suggestion-head";
export { toOperation } from "./suggestion-view";
export {
  type OperationRow,
  publishOperation,
  type SuggestionRow,
  transitionOperation,
  transitionSuggestion,
} from "./transition";
export { withdrawSuggestion } from "./withdraw-suggestion";
