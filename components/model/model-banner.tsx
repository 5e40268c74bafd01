"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";

const REFETCH_MS = 15_000;

/** Says on every page when rules alone advise, because the model does not answer. */
export function ModelBanner() {
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.model.status.queryOptions(undefined, { refetchInterval: REFETCH_MS }),
  );
  if (data?.state !== "down") return null;
  return (
    <p role="status" className="border-b border-warning/25 bg-warning-soft text-warning">
      <span className="mx-auto block max-w-7xl px-4 py-1.5 text-sm sm:px-6">{data.detail}</span>
    </p>
  );
}
