"use client";
import { useMutation } from "@tanstack/react-query";
import { CheckIcon, XIcon } from "lucide-react";
import { useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { CodeText } from "@/components/common/blocks";
import { useCan } from "@/components/shell/session";
import { ActionDialog } from "@/components/suggestion/action-dialog";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import {
  allows,
  type Conversation,
  type ConversationParty,
  type SchemaProposalSubject,
} from "@/server/contracts";
import { describeSubject } from "./wording";

const WORDS = {
  initiator: {
    action: "Cancel conversation",
    done: "Cancelled",
    title: "Cancel this conversation?",
    description: "Nothing has been executed. Everybody who was asked is told.",
  },
  participant: {
    action: "Withdraw",
    done: "Withdrawn",
    title: "Withdraw from this conversation?",
    description:
      "Nothing has been executed here. The other side is told; if it has executed its change, it is rolled back.",
  },
};

/** Ends a conversation before anything was executed here: ours is cancelled, from another's we withdraw. */
export function CancelConversation({ conversation }: { conversation: Conversation }) {
  const canStart = useCan("conversation.start");
  const mayCancel = canStart && allows("conversation", "cancel", conversation.state);
  return mayCancel ? <CancelButton {...conversation} /> : null;
}

function CancelButton({ conversation_id, role }: Pick<Conversation, "conversation_id" | "role">) {
  const [isOpen, setIsOpen] = useState(false);
  const { action, done, title, description } = WORDS[role];
  const cancel = useCancel(done);
  return (
    <>
      <Button variant="destructive" disabled={cancel.isPending} onClick={() => setIsOpen(true)}>
        <XIcon aria-hidden /> {action}
      </Button>
      <ActionDialog
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        title={title}
        description={description}
        confirmLabel={action}
        isDestructive
        reason="optional"
        reasonHint="Sent to the others, and kept in the audit trail"
        onConfirm={(reason) => cancel.mutate({ conversation_id, reason })}
      />
    </>
  );
}

/** Proposes what one of the others would accept in place of the present proposal. */
export function TakeUpCounter(props: { conversation: Conversation; party: ConversationParty }) {
  const { conversation, party } = props;
  const mayRevise = useMayRevise(conversation);
  if (!mayRevise || party.counter === null) return null;
  const { conversation_id } = conversation;
  const { agent_id, counter } = party;
  return <TakeUpButton {...{ conversation_id, agent_id, counter }} />;
}

interface TakeUpButtonProps {
  conversation_id: string;
  agent_id: string;
  counter: SchemaProposalSubject;
}

function TakeUpButton({ conversation_id, agent_id, counter }: TakeUpButtonProps) {
  const [isOpen, setIsOpen] = useState(false);
  const revise = useRevise();
  return (
    <>
      <Button
        size="sm"
        className="w-fit"
        disabled={revise.isPending}
        onClick={() => setIsOpen(true)}
        aria-label={`Take up the counter-proposal of ${agent_id}`}
      >
        <CheckIcon aria-hidden /> Take up
      </Button>
      <ActionDialog
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        title="Take up this counter-proposal?"
        description="The change is tested here first, then proposed to everybody who was asked."
        confirmLabel="Take up"
        reason="none"
        onConfirm={() => revise.mutate({ conversation_id, agent_id })}
      >
        <p className="text-sm break-words">
          <CodeText text={describeSubject(counter)} />
        </p>
      </ActionDialog>
    </>
  );
}

/** Only whoever began a conversation revises it. */
function useMayRevise({ role, state }: Conversation): boolean {
  const canStart = useCan("conversation.start");
  return canStart && role === "initiator" && allows("conversation", "revise", state);
}

function useRevise() {
  const trpc = useTRPC();
  const handlers = useActionHandlers(trpc.conversations.pathKey());
  return useMutation(trpc.conversations.revise.mutationOptions(handlers("Taken up")));
}

/** `done`: what a toast says afterwards. */
function useCancel(done: string) {
  const trpc = useTRPC();
  const handlers = useActionHandlers(trpc.conversations.pathKey());
  return useMutation(trpc.conversations.cancel.mutationOptions(handlers(done)));
}
