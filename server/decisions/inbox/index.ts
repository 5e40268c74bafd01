export { changeSuggestions } from "./bulk";
export { addComment, listComments } from "./comments";
export { markSuggestion, snoozeSuggestion } from "./marks";
export { deleteView, listSavedViews, saveView } from "./saved-views";
export {
  assignSuggestion,
  claimSuggestion,
  getTriage,
  listColleagues,
  releaseSuggestion,
} from "./triage";
