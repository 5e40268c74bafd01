import { CodeText } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import type { Conversation, ConversationParty } from "@/server/contracts";
import { Answer } from "./answer";
import { TakeUpCounter } from "./conversation-actions";
import { describeSubject, PartyBadge } from "./wording";

/** The others, with what each answered and why. */
export function Parties({ conversation }: { conversation: Conversation }) {
  return (
    <ul className="grid gap-5 divide-y [&>li+li]:pt-5">
      {conversation.parties.map((party) => (
        <li key={party.agent_id}>
          <Party party={party} conversation={conversation} />
        </li>
      ))}
    </ul>
  );
}

function Party(props: { party: ConversationParty; conversation: Conversation }) {
  const { agent_id, product_id, domain, state, reasons, evidence, counter } = props.party;
  return (
    <div className="grid gap-3">
      <p className="flex flex-wrap items-center gap-2 text-sm">
        <span className="font-medium break-all">{agent_id}</span>
        <PartyBadge state={state} />
        <span className="text-xs text-muted-foreground">
          {product_id}, {domain}, <RelativeTime iso={props.party.updated_at} />
        </span>
      </p>
      <Answer reasons={reasons} evidence={evidence} />
      {counter === null ? null : (
        <div className="flex flex-wrap items-center gap-3 text-sm">
          <p className="min-w-0 break-words">
            Would accept: <CodeText text={describeSubject(counter)} />
          </p>
          <TakeUpCounter conversation={props.conversation} party={props.party} />
        </div>
      )}
    </div>
  );
}
