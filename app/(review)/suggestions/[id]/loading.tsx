import { SuggestionSkeleton } from "@/components/suggestion/suggestion-skeleton";

export default function Loading() {
  return <SuggestionSkeleton />;
}
