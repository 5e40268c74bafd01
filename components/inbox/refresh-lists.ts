"use client";
import { type Query, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTRPC } from "@/components/trpc/client";
import type { ListSuggestions } from "@/server/contracts";
import { type ListPages, patchPages } from "./patch-pages";

/** A list of more pages is not read whole again for each change: 10,000 rows are 200 requests, one after another. */
const REREAD_PAGES_MAX = 3;
/** So many suggestions are asked for at once; when more have changed, the list is read again. */
const PATCHED_MAX = 100;

type Client = ReturnType<typeof useTRPC>;

/** Brings the lists of suggestions up to date after these have changed. */
export function useRefreshLists(): (changedIds: readonly string[]) => Promise<void> {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return useCallback(
    async (changedIds) => {
      const lists = queryClient
        .getQueryCache()
        .findAll({ queryKey: trpc.suggestions.list.pathKey() });
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: trpc.suggestions.counts.pathKey() }),
        ...lists.map((query) =>
          isLong(query) && changedIds.length <= PATCHED_MAX
            ? patchList(queryClient, trpc, query, changedIds)
            : queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true }),
        ),
      ]);
    },
    [trpc, queryClient],
  );
}

/** Whether so much of a list was read that it is brought up to date piece by piece. */
export function isLong({ state }: { state: { data: unknown } }): boolean {
  const data = state.data as Partial<ListPages> | undefined;
  return (data?.pages?.length ?? 0) > REREAD_PAGES_MAX;
}

/** Asks for the changed suggestions alone: those that the list still holds are put where they belong. */
async function patchList(
  queryClient: QueryClient,
  trpc: Client,
  { queryKey }: Query,
  changedIds: readonly string[],
): Promise<void> {
  if (changedIds.length === 0) return;
  const { input = {} } = queryKey[1] as { input?: Omit<ListSuggestions, "limit"> };
  const { cursor: _, ...filter } = input;
  const options = trpc.suggestions.list.queryOptions(
    { ...filter, ids: [...changedIds], limit: PATCHED_MAX },
    { staleTime: 0, gcTime: 0 },
  );
  const { items } = await queryClient.fetchQuery(options);
  queryClient.setQueryData<ListPages>(
    queryKey,
    (pages) => pages && patchPages(pages, new Set(changedIds), items, input.sort ?? "newest"),
  );
}
