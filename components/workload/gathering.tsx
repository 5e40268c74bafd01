"use client";
import { useQuery } from "@tanstack/react-query";
import { HourglassIcon } from "lucide-react";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Alert } from "@/components/ui/alert";
import { Progress } from "@/components/ui/progress";
import { formatPercent } from "@/server/format";

/** What the first test run waits for, while it does; nothing otherwise. */
export function Gathering() {
  const trpc = useTRPC();
  const canAnalyze = useCan("suggestion.analyze");
  const { data: product } = useQuery(trpc.product.overview.queryOptions());
  const gathering = product?.gathering ?? null;
  if (gathering === null) return null;
  return (
    <Alert
      tone="info"
      icon={<HourglassIcon className="size-4" aria-hidden />}
      title={`Gathering workload: ${formatPercent(gathering.share)}`}
    >
      <Progress fraction={gathering.share} label="Workload gathered" className="my-1" />
      <p>The first test run starts when enough is known of the workload. Missing:</p>
      <ul className="list-disc pl-5">
        {gathering.missing.map((what) => (
          <li key={what}>{what}</li>
        ))}
      </ul>
      {canAnalyze ? <p>Analyze now starts one with what is known so far.</p> : null}
    </Alert>
  );
}
