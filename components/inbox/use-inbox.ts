"use client";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { countInput, type InboxQuery, listInput } from "./inbox-query";
import { COUNTED_TABS } from "./tabs";

/** The suggestions of a list, page by page. */
export function useSuggestionPages(query: InboxQuery) {
  const trpc = useTRPC();
  return useInfiniteQuery(
    trpc.suggestions.list.infiniteQueryOptions(listInput(query), {
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      placeholderData: (previous) => previous,
    }),
  );
}

/** How many each tab holds: `7`, or `50+` where there are more. */
export function useTabCounts(): Map<string, string> {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.suggestions.counts.queryOptions(countInput()));
  return new Map(
    (data ?? []).flatMap(({ count, is_more }, index) => {
      const tab = COUNTED_TABS[index];
      return tab === undefined ? [] : [[tab.name, `${count}${is_more ? "+" : ""}`]];
    }),
  );
}
