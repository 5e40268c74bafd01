"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";

/** The whole suggestion, with every latency and every alternative's queries: asked for when a tab shows it. */
export function useFullSuggestion(suggestion_id: string) {
  const trpc = useTRPC();
  return useQuery(trpc.suggestions.get.queryOptions({ suggestion_id }));
}
