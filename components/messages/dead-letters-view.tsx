"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Empty, PageTitle } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { LoadMore, QueryError } from "@/components/common/query-states";
import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import type { StoredMessage } from "@/server/contracts";
import { formatCount } from "@/server/format";
import { DeadLetterActions } from "./dead-letter-actions";
import { DeliveryPanel } from "./delivery-panel";
import { MessageSheet } from "./message-sheet";
import { QuarantinePanel } from "./quarantine-panel";
import { RefusalsPanel } from "./refusals-panel";
import { useOpenMessage } from "./use-open-message";
import { DEAD, DEAD_REASONS, describeType } from "./wording";

/** Messages that were given up, what was refused at the door, and how delivery does. */
export function DeadLettersView() {
  const { openRecordId, openMessage } = useOpenMessage();
  return (
    <>
      <PageTitle
        title="Dead letters"
        lead="Messages that could not be delivered or handled, and messages held as suspect. Each waits for your decision."
      />
      <div className="grid grid-cols-1 gap-6">
        <DeliveryPanel />
        <QuarantinePanel onOpen={openMessage} />
        <DeadLetterList onOpen={openMessage} />
        <RefusalsPanel />
      </div>
      <MessageSheet recordId={openRecordId} onClose={() => openMessage(null)} />
    </>
  );
}

function DeadLetterList({ onOpen }: { onOpen: (recordId: string) => void }) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.messages.list.infiniteQueryOptions(DEAD, {
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    }),
  );
  if (query.isPending) return <RowsSkeleton />;
  if (query.data === undefined) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  const messages = query.data.pages.flatMap(({ items }) => items);
  if (messages.length === 0) {
    return (
      <Empty title="No dead letters">
        Every message was delivered and handled, or is still being tried.
      </Empty>
    );
  }
  return (
    <div className="grid grid-cols-1 gap-4">
      <Card className="px-4 py-1 sm:px-5">
        <DeadLetterTable messages={messages} onOpen={onOpen} />
      </Card>
      <LoadMore query={query} />
    </div>
  );
}

function DeadLetterTable(props: { messages: StoredMessage[]; onOpen: (recordId: string) => void }) {
  return (
    <Table label="Dead letters" aria-label="Dead letters">
      <TableHeader>
        <TableRow>
          <TableHead>Message</TableHead>
          <TableHead>Reason</TableHead>
          <TableHead>Attempts</TableHead>
          <TableHead>Given up</TableHead>
          <TableHead>
            <span className="sr-only">Actions</span>
          </TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {props.messages.map((message) => (
          <TableRow key={message.record_id}>
            <TableCell className="min-w-48">
              <Button
                variant="ghost"
                size="sm"
                className="-ml-3"
                onClick={() => props.onOpen(message.record_id)}
              >
                {describeType(message.message_type)}
              </Button>
              <p className="text-xs break-all text-muted-foreground">{describeWay(message)}</p>
            </TableCell>
            <TableCell className="min-w-48">
              {message.dead_reason === null ? "–" : DEAD_REASONS[message.dead_reason]}
              {message.last_error === null ? null : (
                <p className="text-xs break-words text-muted-foreground">{message.last_error}</p>
              )}
            </TableCell>
            <TableCell>{formatCount(message.attempts)}</TableCell>
            <TableCell>
              {message.finished_at === null ? "–" : <RelativeTime iso={message.finished_at} />}
            </TableCell>
            <TableCell>
              <DeadLetterActions message={message} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

const describeWay = ({ direction, sender, recipient }: StoredMessage): string =>
  direction === "outbound" ? `to ${recipient.agent_id}` : `from ${sender.agent_id}`;
