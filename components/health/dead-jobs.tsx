"use client";
import { useQuery } from "@tanstack/react-query";
import { RelativeTime } from "@/components/common/clock";
import { QueryError } from "@/components/common/query-states";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Card } from "@/components/ui/card";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import type { Job } from "@/server/contracts";
import { formatCount } from "@/server/format";

const DEAD = { state: "dead", limit: 50 } as const;
const REFETCH_MS = 15_000;

/** Jobs that were given up, for administrators; others see nothing of it. */
export function DeadJobs() {
  const trpc = useTRPC();
  const canManage = useCan("job.manage");
  const query = useQuery(
    trpc.jobs.list.queryOptions(DEAD, { enabled: canManage, refetchInterval: REFETCH_MS }),
  );
  if (!canManage || query.isPending) return null;
  if (query.data === undefined) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (query.data.length === 0) return null;
  return (
    <section aria-labelledby="dead-jobs" className="grid min-w-0 gap-3">
      <h2 id="dead-jobs" className="text-sm font-semibold">
        Dead jobs
      </h2>
      <p className="text-sm text-muted-foreground">
        Work that failed too often. <code>npx sidecar jobs retry &lt;id&gt;</code> queues a job
        again, <code>jobs discard &lt;id&gt;</code> deletes it.
      </p>
      <JobsTable jobs={query.data} />
    </section>
  );
}

function JobsTable({ jobs }: { jobs: Job[] }) {
  return (
    <Card className="px-4 py-1 sm:px-5">
      <Table label="Dead jobs" aria-label="Dead jobs">
        <TableHeader>
          <TableRow>
            <TableHead>Job</TableHead>
            <TableHead>Work</TableHead>
            <TableHead>Attempts</TableHead>
            <TableHead>Last error</TableHead>
            <TableHead>Given up</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {jobs.map((job) => (
            <TableRow key={job.id}>
              <TableCell>{job.id}</TableCell>
              <TableCell>
                {job.kind} {job.subject_id}
              </TableCell>
              <TableCell>{formatCount(job.attempts)}</TableCell>
              <TableCell>{job.last_error ?? "–"}</TableCell>
              <TableCell>
                {job.finished_at === null ? "–" : <RelativeTime iso={job.finished_at} />}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Card>
  );
}
