import { isAdvice, type Suggestion, type SuggestionItem } from "@/server/contracts";

/** What was approved, parted into what the sidecar executes and what the developers change. */
export function partApproved({ suggestions }: Suggestion): {
  executable: SuggestionItem[];
  advice: SuggestionItem[];
} {
  const approved = suggestions.filter((item) => item.is_approved);
  return {
    executable: approved.filter((item) => !isAdvice(item.change)),
    advice: approved.filter((item) => isAdvice(item.change)),
  };
}
