"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";

const REFETCH_MS = 15_000;

/** Says on every page that automation is stopped, by whom and why. */
export function StopBanner() {
  const trpc = useTRPC();
  const canRead = useCan("policy.read");
  const { data } = useQuery(
    trpc.policy.stop.queryOptions(undefined, { refetchInterval: REFETCH_MS, enabled: canRead }),
  );
  if (data === undefined || !data.is_on) return null;
  return (
    <p role="status" className="border-b border-negative/25 bg-negative-soft text-negative">
      <span className="mx-auto block max-w-7xl px-4 py-1.5 text-sm break-words sm:px-6">
        <strong>Emergency stop</strong> by {data.engaged_by}: {data.reason}{" "}
        <Link href="/policies" className="underline">
          Details
        </Link>
      </span>
    </p>
  );
}
