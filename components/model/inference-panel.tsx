"use client";
import { useQuery } from "@tanstack/react-query";
import { CpuIcon } from "lucide-react";
import { Facts } from "@/components/common/blocks";
import { QueryError } from "@/components/common/query-states";
import { useTRPC } from "@/components/trpc/client";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import type { InferenceStatus } from "@/server/contracts";
import { formatBytes, formatCount, formatMs } from "@/server/format";

/** The model that serves now with its figures, or that only rules do. */
export function InferencePanel() {
  const trpc = useTRPC();
  const query = useQuery(trpc.model.status.queryOptions());
  if (query.isPending) return <Skeleton className="h-48 rounded-lg" />;
  if (query.data === undefined) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (query.data.state !== "up") {
    return (
      <Alert
        tone={query.data.state === "down" ? "warning" : "info"}
        icon={<CpuIcon className="size-4" />}
        title="Rules only"
      >
        <p>{query.data.detail}</p>
      </Alert>
    );
  }
  return <Answering status={query.data.status} />;
}

const TASK_NAMES: Record<string, string> = {
  prior: "order of test runs",
  confidence: "confidence of estimates",
  opinion: "first opinion on proposals",
  adversarial: "prompt injection screening",
};

function Answering({ status }: { status: InferenceStatus }) {
  const { model, latency, cache, requests, queue } = status;
  const tasks = model.tasks ?? Object.keys(TASK_NAMES);
  const asked = cache.hits + cache.misses;
  return (
    <section aria-label="Active model">
      <Card>
        <CardHeader>
          <CardTitle>{model.name}</CardTitle>
          <CardDescription className="font-mono break-all">
            {model.sha256?.slice(0, 16) ?? "remote server"}
          </CardDescription>
        </CardHeader>
        <CardContent className="grid gap-5">
          <Facts
            facts={[
              {
                label: "Parameters",
                value: model.parameters === null ? "–" : formatCount(model.parameters),
                note: model.quantization ?? undefined,
              },
              {
                label: "Median latency",
                value: latency.totalMs ? formatMs(latency.totalMs.p50) : "–",
                note: latency.totalMs ? `p95 ${formatMs(latency.totalMs.p95)}` : "no requests yet",
              },
              {
                label: "Answered",
                value: formatCount(requests.answered),
                note: `${formatCount(requests.refused + requests.timedOut)} refused or timed out`,
              },
              {
                label: "Cache hits",
                value: asked === 0 ? "–" : formatCount(cache.hits),
                note: `${formatCount(queue.waiting)} queued`,
              },
              { label: "Memory", value: formatBytes(status.residentBytes) },
            ]}
          />
          <div className="grid gap-2">
            <h3 className="text-sm font-medium">Tasks handled by the model</h3>
            <ul className="flex flex-wrap gap-2">
              {Object.entries(TASK_NAMES).map(([task, name]) => (
                <li key={task}>
                  <Badge tone={tasks.includes(task) ? "info" : "neutral"}>
                    {name}: {tasks.includes(task) ? "model" : "rules"}
                  </Badge>
                </li>
              ))}
            </ul>
          </div>
        </CardContent>
      </Card>
    </section>
  );
}
