import { SuggestionSkeleton } from "@/components/suggestion/frame";

export default function Loading() {
  return <SuggestionSkeleton />;
}
