"use client";
import { useQuery } from "@tanstack/react-query";
import { QueryError } from "@/components/common/query-states";
import { Section } from "@/components/suggestion/frame";
import { useTRPC } from "@/components/trpc/client";
import { Skeleton } from "@/components/ui/skeleton";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import type { RefusalCount } from "@/server/contracts";
import { formatCount, formatInstant } from "@/server/format";
import { REFUSALS } from "./wording";

/** Messages that were refused at the door, counted by hour, reason and claimed sender. */
export function RefusalsPanel() {
  const trpc = useTRPC();
  const query = useQuery(trpc.messages.refusals.queryOptions());
  return (
    <Section
      id="refusals"
      title="Refused at the door"
      description="These messages were not stored. The sender is the one they claimed; nothing proves it."
    >
      {query.isPending ? (
        <Skeleton className="h-24" />
      ) : query.data === undefined ? (
        <QueryError error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <RefusalTable refusals={query.data} />
      )}
    </Section>
  );
}

function RefusalTable({ refusals }: { refusals: RefusalCount[] }) {
  if (refusals.length === 0) {
    return <p className="text-sm text-muted-foreground">Nothing was refused.</p>;
  }
  return (
    <Table label="Refused messages" aria-label="Refused messages">
      <TableHeader>
        <TableRow>
          <TableHead>Hour</TableHead>
          <TableHead>Reason</TableHead>
          <TableHead>Claimed sender</TableHead>
          <TableHead>Messages</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {refusals.map((each) => (
          <TableRow key={`${each.hour} ${each.reason} ${each.claimed_sender}`}>
            <TableCell className="whitespace-nowrap">{formatInstant(each.hour)}</TableCell>
            <TableCell>{REFUSALS[each.reason]}</TableCell>
            <TableCell className="break-all">{describeSender(each.claimed_sender)}</TableCell>
            <TableCell>{formatCount(each.count)}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function describeSender(claimed: string): string {
  if (claimed === "") return "none named";
  return claimed === "*" ? "many" : claimed;
}
