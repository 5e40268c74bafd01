"use client";
import { Empty } from "@/components/common/empty";
import { LoadMore } from "@/components/common/load-more";
import { QueryError } from "@/components/common/query-error";
import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { Card } from "@/components/ui/card";
import { AuditEntry } from "./audit-entry";
import { useAuditPages } from "./use-audit-pages";

/** State changes, newest first: all, or those of one subject. */
export function AuditList({ subjectId }: { subjectId?: string }) {
  const query = useAuditPages(subjectId);
  const events = query.data?.pages.flat() ?? [];
  if (query.isPending) return <RowsSkeleton />;
  if (query.isError && events.length === 0) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
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
