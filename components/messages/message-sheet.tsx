"use client";
import { useQuery } from "@tanstack/react-query";
import { type Fact, Facts, ScrollArea } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { QueryError } from "@/components/common/query-states";
import { useTRPC } from "@/components/trpc/client";
import { Badge } from "@/components/ui/badge";
import { Sheet } from "@/components/ui/sheet";
import { Skeleton } from "@/components/ui/skeleton";
import type { StoredMessageDetail } from "@/server/contracts";
import { formatCount } from "@/server/format";
import {
  DEAD_REASONS,
  DeliveryBadge,
  describeSignature,
  describeType,
  describeVia,
} from "./wording";

/** One message with all that is known of it, over the page; nothing while `recordId` is null. */
export function MessageSheet(props: { recordId: string | null; onClose: () => void }) {
  const trpc = useTRPC();
  const { recordId } = props;
  const query = useQuery(
    trpc.messages.get.queryOptions({ record_id: recordId ?? "" }, { enabled: recordId !== null }),
  );
  const message = recordId === null ? undefined : query.data;
  return (
    <Sheet
      isOpen={recordId !== null}
      onOpenChange={(isOpen) => {
        if (!isOpen) props.onClose();
      }}
      isWide
      title={message === undefined ? "Message" : describeType(message.message_type)}
      description={
        message === undefined
          ? "Loading"
          : `From ${message.sender.agent_id} to ${message.recipient.agent_id}`
      }
    >
      {query.isError ? (
        <QueryError error={query.error} onRetry={() => void query.refetch()} />
      ) : message === undefined ? (
        <Skeleton className="h-64" />
      ) : (
        <MessageBody message={message} />
      )}
    </Sheet>
  );
}

function MessageBody({ message }: { message: StoredMessageDetail }) {
  const { screening, envelope } = message;
  return (
    <div className="grid min-w-0 gap-5">
      <p className="flex flex-wrap gap-2">
        <DeliveryBadge status={message.delivery_status} />
        {screening?.is_suspect ? <Badge tone="warning">possible prompt injection</Badge> : null}
      </p>
      <Facts facts={listFacts(message)} className="sm:grid-cols-2" />
      {message.first_opinion === null ? null : (
        <p className="text-sm break-words">
          First opinion: {message.first_opinion.opinion} ({message.first_opinion.reason}). It
          decides nothing.
        </p>
      )}
      <div className="grid min-w-0 gap-2">
        <h3 className="text-sm font-semibold">Envelope</h3>
        <ScrollArea
          label="Envelope"
          className="max-h-[28rem] rounded-md border bg-muted/60 p-3 text-xs leading-relaxed"
        >
          <code>{JSON.stringify(envelope, null, 2)}</code>
        </ScrollArea>
      </div>
    </div>
  );
}

function listFacts(message: StoredMessageDetail): Fact[] {
  const isOurs = message.direction === "outbound";
  const facts: Fact[] = [
    { label: "Message id", value: message.message_id },
    {
      label: "Signature",
      value: describeSignature(message.signature),
      ...(message.key_id === null ? {} : { note: `key ${message.key_id}` }),
    },
    {
      label: isOurs ? "Deliveries" : "Attempts to handle it",
      value: formatCount(message.attempts),
      note: describeVia(message.via),
    },
    { label: "Priority", value: message.priority },
    { label: "Sent", value: <RelativeTime iso={message.sent_at} /> },
    { label: "Valid until", value: <RelativeTime iso={message.expires_at} isDeadline /> },
  ];
  if (message.finished_at !== null) {
    facts.push({ label: "Finished", value: <RelativeTime iso={message.finished_at} /> });
  }
  if (message.dead_reason !== null) {
    facts.push({ label: "Given up", value: DEAD_REASONS[message.dead_reason] });
  }
  if (message.released_at !== null) {
    facts.push({
      label: "Released from quarantine",
      value: <RelativeTime iso={message.released_at} />,
      note: `by ${message.released_by ?? "somebody"}`,
    });
  }
  if (message.last_error !== null) facts.push({ label: "Last error", value: message.last_error });
  if (message.screening !== null) {
    facts.push({
      label: "Screening",
      value: message.screening.is_suspect ? "suspect text found" : "nothing found",
      ...(message.screening.places === undefined
        ? {}
        : { note: message.screening.places.join(", ") }),
    });
  }
  return facts;
}
