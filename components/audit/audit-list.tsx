"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Empty } from "@/components/common/blocks";
import { LoadMore, QueryError } from "@/components/common/query-states";
import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { useTRPC, useTRPCClient } from "@/components/trpc/client";
import { Card } from "@/components/ui/card";
import type { AuditFilter } from "@/server/contracts";
import { AuditEntry } from "./audit-entry";

/** State changes, newest first: those that match, or those of one subject. */
export function AuditList({ subjectId, filter }: { subjectId?: string; filter?: AuditFilter }) {
  const asked = subjectId === undefined ? (filter ?? {}) : { subject_id: subjectId };
  const query = useAuditPages(asked);
  const events = query.data?.pages.flat() ?? [];
  if (query.isPending) return <RowsSkeleton />;
  if (query.isError && events.length === 0) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (events.length === 0 && filter !== undefined && Object.keys(filter).length > 0) {
    return <Empty title="No entry matches">Change or clear the filter.</Empty>;
  }
  if (events.length === 0) {
    return <Empty title="No entries yet">Every state change is recorded here.</Empty>;
  }
  return (
    <div className="grid gap-4">
      <Card>
        <ul className="divide-y">
          {events.map((event) => (
            <AuditEntry key={event.id} event={event} isLinked={subjectId === undefined} />
          ))}
        </ul>
      </Card>
      <LoadMore query={query} label="Show older" />
    </div>
  );
}

const PAGE_SIZE = 50;

/** Audit events page by page. A page that is not full is the last one. */
function useAuditPages(filter: AuditFilter) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  return useInfiniteQuery({
    queryKey: [...trpc.audit.list.pathKey(), "pages", filter],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam, signal }) =>
      client.audit.list.query(
        { ...filter, limit: PAGE_SIZE, ...(pageParam === null ? {} : { before_id: pageParam }) },
        { signal },
      ),
    getNextPageParam: (page) => (page.length < PAGE_SIZE ? undefined : page.at(-1)?.id),
  });
}
