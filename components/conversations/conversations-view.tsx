"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";
import { CodeText, Empty, PageTitle } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { LinkPending } from "@/components/common/link-pending";
import { LoadMore, QueryError } from "@/components/common/query-states";
import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { useTRPC } from "@/components/trpc/client";
import { Card } from "@/components/ui/card";
import type { Conversation } from "@/server/contracts";
import { QuarantineNotice } from "./quarantine-notice";
import { StartSchemaChange } from "./start-schema-change";
import { ConversationBadge, describeParties, KINDS } from "./wording";

/** Everything this sidecar agrees on with others, newest first. */
export function ConversationsView() {
  return (
    <>
      <PageTitle
        title="Conversations"
        lead="What sidecars of different data products agree on. Each side tests a proposal on its own data before it answers."
      >
        <StartSchemaChange />
      </PageTitle>
      <QuarantineNotice />
      <ConversationList />
    </>
  );
}

function ConversationList() {
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.conversations.list.infiniteQueryOptions(
      {},
      { getNextPageParam: (page) => page.next_cursor ?? undefined },
    ),
  );
  if (query.isPending) return <RowsSkeleton />;
  if (query.data === undefined) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  const rows = query.data.pages.flatMap(({ items }) => items);
  if (rows.length === 0) return <NoConversations />;
  return (
    <div className="grid gap-4">
      <Card className="overflow-hidden">
        <ul className="divide-y">
          {rows.map((conversation) => (
            <ConversationRow key={conversation.conversation_id} conversation={conversation} />
          ))}
        </ul>
      </Card>
      <LoadMore query={query} />
    </div>
  );
}

function NoConversations() {
  return (
    <Empty title="No conversations yet">
      <p>
        A conversation starts when this sidecar proposes a change to others, or when another sidecar
        proposes one to it. The Agents page shows who can be reached.
      </p>
    </Empty>
  );
}

function ConversationRow({ conversation }: { conversation: Conversation }) {
  return (
    <li className="relative grid gap-x-6 gap-y-1 px-4 py-3.5 hover:bg-muted/50 sm:grid-cols-[1fr_auto] sm:px-5">
      <div className="min-w-0">
        <Link
          href={`/conversations/${conversation.conversation_id}`}
          className="font-medium break-words after:absolute after:inset-0"
        >
          <CodeText text={conversation.title} />
          <LinkPending />
        </Link>
        <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted-foreground">
          <ConversationBadge state={conversation.state} role={conversation.role} />
          <span>{KINDS[conversation.kind]}</span>
          <span className="min-w-0 break-all">{describeParties(conversation)}</span>
        </p>
        {conversation.status_note === "" ? null : (
          <p className="mt-1 text-sm break-words text-muted-foreground">
            {conversation.status_note}
          </p>
        )}
      </div>
      <RelativeTime
        iso={conversation.updated_at}
        className="self-center text-xs text-muted-foreground"
      />
    </li>
  );
}
