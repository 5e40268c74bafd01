import type { SuggestionPage, SuggestionSort, SuggestionSummary } from "@/server/contracts";

/** A list as it was read, page by page. */
export interface ListPages {
  pages: SuggestionPage[];
  pageParams: unknown[];
}

/** What a list is ordered by before creation and id, descending: as the service orders it. */
function keyOf(sort: SuggestionSort, row: SuggestionSummary): number {
  switch (sort) {
    case "newest":
      return 0;
    case "impact":
      return row.workload_gain?.value ?? -2;
    case "expiry":
      return row.expires_at === null ? Number.NEGATIVE_INFINITY : -Date.parse(row.expires_at);
  }
}

/** Whether `a` stands before `b`. */
function isBefore(sort: SuggestionSort, a: SuggestionSummary, b: SuggestionSummary): boolean {
  const [x, y] = [keyOf(sort, a), keyOf(sort, b)];
  if (x !== y) return x > y;
  if (a.created_at !== b.created_at) return a.created_at > b.created_at;
  return a.suggestion_id > b.suggestion_id;
}

/**
 * The list with some of its suggestions as they are now: `fresh` holds those of the changed ones that are still in
 * the list; each comes to its place by the order, the others leave it. One that belongs below what was read so far
 * comes with its page later.
 */
export function patchPages(
  { pages, pageParams }: ListPages,
  changedIds: ReadonlySet<string>,
  fresh: readonly SuggestionSummary[],
  sort: SuggestionSort,
): ListPages {
  const next = pages.map((page) => ({
    ...page,
    items: page.items.filter((row) => !changedIds.has(row.suggestion_id)),
  }));
  for (const row of fresh) insert(next, row, sort);
  return { pages: next, pageParams };
}

function insert(pages: SuggestionPage[], row: SuggestionSummary, sort: SuggestionSort): void {
  for (const page of pages) {
    const at = page.items.findIndex((other) => isBefore(sort, row, other));
    if (at === -1) continue;
    page.items.splice(at, 0, row);
    return;
  }
  const last = pages.at(-1);
  if (last?.next_cursor === null) last.items.push(row);
}
