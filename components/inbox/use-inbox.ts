"use client";
import { useInfiniteQuery, useQueries } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { type InboxQuery, listInput } from "./inbox-query";
import { COUNT_MAX, INBOX_TABS } from "./tabs";

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

/** How many each tab holds: `7`, or `50+` when there is another page. */
export function useTabCounts(): Map<string, string> {
  const trpc = useTRPC();
  const tabs = INBOX_TABS.filter((tab) => tab.states !== undefined);
  const answers = useQueries({
    queries: tabs.map((tab) =>
      trpc.suggestions.list.queryOptions({ ...listInput({ tab, view: {} }), limit: COUNT_MAX }),
    ),
  });
  const counts = new Map<string, string>();
  tabs.forEach((tab, index) => {
    const page = answers[index]?.data;
    if (page === undefined) return;
    const more = page.next_cursor === null ? "" : "+";
    counts.set(tab.name, `${page.items.length}${more}`);
  });
  return counts;
}
