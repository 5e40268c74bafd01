"use client";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { STALE_MS, useTRPC } from "@/components/trpc/client";
import { countInput, type InboxQuery, listInput } from "./inbox-query";
import { isLong } from "./refresh-lists";
import { COUNTED_TABS } from "./tabs";

/** The suggestions of a list, page by page. */
export function useSuggestionPages(query: InboxQuery) {
  const trpc = useTRPC();
  return useInfiniteQuery(
    trpc.suggestions.list.infiniteQueryOptions(listInput(query), {
      getNextPageParam: (page) => page.next_cursor ?? undefined,
      placeholderData: (previous) => previous,
      // Events keep it up to date: coming back to a long list does not read all of it again.
      staleTime: (query) => (isLong(query) ? Number.POSITIVE_INFINITY : STALE_MS),
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
