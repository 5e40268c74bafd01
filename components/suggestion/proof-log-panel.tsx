"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { CodeText } from "@/components/common/blocks";
import { LoadMore, QueryError } from "@/components/common/query-states";
import { useTRPC, useTRPCClient } from "@/components/trpc/client";
import { Skeleton } from "@/components/ui/skeleton";
import type { Suggestion } from "@/server/contracts";
import { formatMs } from "@/server/format";
import { Section } from "./frame";
import { describeProofEvent } from "./proof-log-wording";

const PAGE_SIZE = 200;

/** The log of the test run: what was tried, when, and why it won or lost. */
export function ProofLogPanel({ suggestion }: { suggestion: Suggestion }) {
  return (
    <Section id="log" title="Test log" description="What was tried, when, and why it was chosen.">
      <Events suggestion={suggestion} />
    </Section>
  );
}

function Events({ suggestion }: { suggestion: Suggestion }) {
  const { suggestion_id } = suggestion;
  const query = useProofLog(suggestion_id);
  if (query.isPending) return <Skeleton className="mt-3 h-32" />;
  if (query.isError) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  const events = query.data.pages.flatMap((page) => page.items);
  if (events.length === 0) return <p className="mt-3 text-sm">No entries yet.</p>;
  const items = [...suggestion.suggestions, ...suggestion.alternatives];
  const titles = new Map(items.map((item) => [item.candidate_id, item.title]));
  return (
    <div className="mt-3 grid gap-3">
      <ol className="divide-y rounded-md border text-sm">
        {events.map(({ seq, event }) => (
          <li key={seq} className="grid grid-cols-[4.5rem_minmax(0,1fr)] gap-3 px-3 py-2">
            <span className="text-right text-xs leading-5 text-muted-foreground">
              {formatMs(event.at_ms)}
            </span>
            <span className="break-words">
              <CodeText text={describeProofEvent(event, (id) => titles.get(id) ?? id)} />
            </span>
          </li>
        ))}
      </ol>
      <LoadMore query={query} />
    </div>
  );
}

function useProofLog(suggestion_id: string) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  return useInfiniteQuery({
    queryKey: [...trpc.suggestions.log.pathKey(), "pages", suggestion_id],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam, signal }) =>
      client.suggestions.log.query(
        {
          suggestion_id,
          limit: PAGE_SIZE,
          ...(pageParam === null ? {} : { after: pageParam }),
        },
        { signal },
      ),
    getNextPageParam: (page) => page.next_after,
  });
}
