"use client";
import { useQuery } from "@tanstack/react-query";
import { type Fact, Facts } from "@/components/common/blocks";
import { QueryError } from "@/components/common/query-states";
import { useTRPC } from "@/components/trpc/client";
import { Card, CardContent } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import type { DeliveryFigures } from "@/server/contracts";
import { formatCount, formatMs } from "@/server/format";

const REFETCH_MS = 5000;

/** What waits, what goes, and how long it takes. */
export function DeliveryPanel() {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.messages.figures.queryOptions(undefined, { refetchInterval: REFETCH_MS }),
  );
  if (query.isPending) return <Skeleton className="h-32" />;
  if (query.data === undefined) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  return (
    <section aria-label="Delivery">
      <Card>
        <CardContent>
          <Facts facts={listFacts(query.data)} />
        </CardContent>
      </Card>
    </section>
  );
}

const formatDelay = (ms: number | null) => (ms === null ? "–" : formatMs(ms));

function listFacts(figures: DeliveryFigures): Fact[] {
  return [
    { label: "To send", value: formatCount(figures.queued) },
    { label: "Sent, not confirmed", value: formatCount(figures.sent) },
    { label: "To handle", value: formatCount(figures.received) },
    { label: "In quarantine", value: formatCount(figures.quarantined) },
    { label: "Dead", value: formatCount(figures.dead) },
    { label: "Oldest to send", value: formatDelay(figures.lag_send_ms) },
    { label: "Oldest to handle", value: formatDelay(figures.lag_handle_ms) },
    { label: "Delivered per minute", value: formatCount(figures.delivered_per_minute) },
    { label: "Handled per minute", value: formatCount(figures.handled_per_minute) },
    { label: "Delivery p50", value: formatDelay(figures.delivery_ms_p50), note: "last hour" },
    { label: "Delivery p95", value: formatDelay(figures.delivery_ms_p95), note: "last hour" },
  ];
}
