"use client";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeftIcon } from "lucide-react";
import Link from "next/link";
import { useEffect } from "react";
import { CodeText, type Fact, Facts } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { QueryError } from "@/components/common/query-states";
import { tabTitle } from "@/components/common/tab-title";
import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { MessageSheet } from "@/components/messages/message-sheet";
import { useOpenMessage } from "@/components/messages/use-open-message";
import { Section } from "@/components/suggestion/frame";
import { useTRPC } from "@/components/trpc/client";
import { type ConversationDetail, isFinal } from "@/server/contracts";
import { Answer } from "./answer";
import { CancelConversation } from "./conversation-actions";
import { Parties } from "./parties";
import { SequenceDiagram } from "./sequence-diagram";
import { StepList } from "./step-list";
import { ConversationBadge, KINDS, titleOfTab } from "./wording";

/** Should an event get lost, a conversation under way is still at most this old. */
const MOVING_REFETCH_MS = 5_000;

export function ConversationView({ conversationId }: { conversationId: string }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.conversations.get.queryOptions(
      { conversation_id: conversationId },
      {
        refetchInterval: ({ state: { data } }) =>
          data !== undefined && !isFinal("conversation", data.state) ? MOVING_REFETCH_MS : false,
      },
    ),
  );
  const title = query.data && tabTitle(titleOfTab(query.data));
  useEffect(() => {
    if (title !== undefined) document.title = title;
  }, [title]);
  if (query.data !== undefined) return <Loaded conversation={query.data} />;
  if (query.isError) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  return <RowsSkeleton />;
}

function Loaded({ conversation }: { conversation: ConversationDetail }) {
  const { openRecordId, openMessage } = useOpenMessage();
  return (
    <div className="grid gap-6">
      <Header conversation={conversation} />
      <Section
        id="sequence"
        title="Sequence"
        description="Messages are drawn solid; calls between an agent and its product are dashed."
      >
        <SequenceDiagram
          conversation={conversation}
          openRecordId={openRecordId}
          onOpenMessage={openMessage}
        />
        <div className="sm:mt-4">
          <StepList steps={conversation.steps} onOpenMessage={openMessage} />
        </div>
      </Section>
      <Section
        id="parties"
        title={conversation.role === "initiator" ? "Asked" : "Asked by"}
        description="Answers with their reasons and what was measured for them."
      >
        <Parties conversation={conversation} />
      </Section>
      {conversation.answer === null ? null : (
        <Section id="answer" title="Own answer" description={VERDICTS[conversation.answer.verdict]}>
          <div className="grid gap-3">
            <Answer {...conversation.answer} />
          </div>
        </Section>
      )}
      <MessageSheet recordId={openRecordId} onClose={() => openMessage(null)} />
    </div>
  );
}

const VERDICTS = {
  accept: "The proposal fits this data product.",
  counter: "Another change would fit this data product.",
  reject: "The proposal does not fit this data product.",
};

function Header({ conversation }: { conversation: ConversationDetail }) {
  return (
    <div className="grid gap-4">
      <Link
        href="/conversations"
        className="inline-flex w-fit items-center gap-1 text-sm text-muted-foreground hover:text-foreground"
      >
        <ArrowLeftIcon className="size-4" aria-hidden /> Conversations
      </Link>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold tracking-tight break-words">
            <CodeText text={conversation.title} />
          </h1>
          <p className="mt-1.5 flex flex-wrap items-center gap-2 text-xs text-muted-foreground">
            <ConversationBadge state={conversation.state} role={conversation.role} />
            <span>{KINDS[conversation.kind]}</span>
            <code className="min-w-0 font-mono break-all">{conversation.conversation_id}</code>
          </p>
        </div>
        <CancelConversation conversation={conversation} />
      </div>
      {conversation.status_note === "" ? null : (
        <p className="max-w-3xl text-sm break-words">{conversation.status_note}</p>
      )}
      <Facts facts={listFacts(conversation)} />
    </div>
  );
}

function listFacts(conversation: ConversationDetail): Fact[] {
  const { suggestion_id, initiator, round, reason, ended_at } = conversation;
  const facts: Fact[] = [
    { label: "Started by", value: initiator.product_id, note: initiator.domain },
    {
      label: conversation.role === "initiator" ? "Own change" : "Related change",
      value:
        suggestion_id === null ? (
          "none"
        ) : (
          <Link href={`/suggestions/${suggestion_id}`} className="underline underline-offset-2">
            Open suggestion
          </Link>
        ),
    },
    { label: "Updated", value: <RelativeTime iso={conversation.updated_at} /> },
    ended_at === null
      ? { label: "Expires", value: <RelativeTime iso={conversation.expires_at} isDeadline /> }
      : { label: "Ended", value: <RelativeTime iso={ended_at} /> },
  ];
  if (round > 1) facts.push({ label: "Round", value: String(round) });
  if (reason !== "") facts.push({ label: "Reason", value: reason });
  return facts;
}
