"use client";
import { useQuery } from "@tanstack/react-query";
import { PageTitle } from "@/components/common/blocks";
import { QueryError } from "@/components/common/query-states";
import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { useTRPC } from "@/components/trpc/client";
import { Badge, type Tone } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import { DeadJobs } from "./dead-jobs";

const REFETCH_MS = 5000;

/** What works, what does not, and which processes run. */
export function HealthView() {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.health.check.queryOptions(undefined, { refetchInterval: REFETCH_MS }),
  );
  if (query.isPending) return <RowsSkeleton />;
  if (query.data === undefined) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  const { checks, processes } = query.data;
  return (
    <>
      <PageTitle title="Health" lead="What works now, and the processes that reported lately." />
      <div className="grid gap-5">
        <HealthTable
          label="Checks"
          rows={Object.entries(checks).map(([name, check]) => ({ key: name, name, ...check }))}
        />
        <HealthTable
          label="Processes"
          rows={processes.map(({ role, pid, ...health }) => {
            return { key: `${role}:${pid}`, name: `${role} (process ${pid})`, ...health };
          })}
        />
        <DeadJobs />
      </div>
    </>
  );
}

interface HealthRow {
  key: string;
  name: string;
  status: "ok" | "degraded" | "down" | "unknown";
  detail: string;
}

const TONES: Record<HealthRow["status"], Tone> = {
  ok: "positive",
  degraded: "warning",
  down: "negative",
  unknown: "neutral",
};

function HealthTable({ label, rows }: { label: string; rows: HealthRow[] }) {
  return (
    <Card className="px-4 py-1 sm:px-5">
      <Table label={label} aria-label={label}>
        <TableHeader>
          <TableRow>
            <TableHead>{label}</TableHead>
            <TableHead>Status</TableHead>
            <TableHead>Detail</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map(({ key, name, status, detail }) => (
            <TableRow key={key}>
              <TableCell>{name.replace("_", " ")}</TableCell>
              <TableCell>
                <Badge tone={TONES[status]}>{status}</Badge>
              </TableCell>
              <TableCell>{detail}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Card>
  );
}
