import {
  type AnswerEvidence,
  type CompletionOutcome,
  type ConversationState,
  isFinal,
  type MessageContent,
  type MessageType,
  type PartyState,
  type SchemaProposalSubject,
} from "@/server/contracts";
import { type Outgoing, type PartyView, syncComplete, type View } from "./machine";

/** A message of one of the parties, its content read. */
export interface Incoming {
  from: string;
  type: MessageType;
  content: Record<string, unknown>;
  /** It answers what we asked last, not what an earlier round asked. */
  isCurrent: boolean;
}

interface PartyChange {
  state?: PartyState;
  reasons?: string[];
  evidence?: AnswerEvidence | null;
  counter?: SchemaProposalSubject | null;
}

/** What a message makes known; what follows from it is for the next step. */
export type Taken =
  | {
      outcome: "taken";
      party: PartyChange;
      /** Said at once, where the conversation has ended here and no step would say it. */
      reply: Outgoing | null;
      /** A revised proposal: it is evaluated anew. */
      revision: SchemaProposalSubject | null;
    }
  /** It does not belong to where the conversation is. */
  | { outcome: "out_of_place"; why: string };

const taken = (
  party: PartyChange,
  rest: Partial<Omit<Taken, "outcome" | "party">> = {},
): Taken => ({
  outcome: "taken",
  party,
  reply: null,
  revision: null,
  ...rest,
});

const outOfPlace = (why: string): Taken => ({ outcome: "out_of_place", why });

/**
 * Whether a message comes in its order after the last one of its party that was handled: what came before
 * is not taken again, and what is ahead waits. One without a sequence has no order.
 */
export function checkSequence(
  sequence: number | undefined,
  received: number,
): "in_order" | "early" | "late" {
  if (sequence === undefined || sequence === received + 1) return "in_order";
  return sequence > received + 1 ? "early" : "late";
}

/** Takes in a message of a party: pure, and harmless when it comes at the wrong time. */
export function takeMessage(view: View, message: Incoming): Taken {
  const party = view.parties.find(({ agentId }) => agentId === message.from);
  if (party === undefined) return outOfPlace("Its sender is no party of the conversation.");
  const taker = TAKERS[view.role][message.type];
  return taker === undefined
    ? outOfPlace(`Its ${view.role} takes no ${message.type}.`)
    : taker(view, party, message);
}

type Taker = (view: View, party: PartyView, message: Incoming) => Taken;

const TAKERS: Record<View["role"], Partial<Record<MessageType, Taker>>> = {
  initiator: {
    acceptance: takeAnswer("accepted"),
    counter_proposal: takeAnswer("countered"),
    acknowledgement: takeAnswer("answered"),
    rejection: takeRejection,
    sync_complete: takeSync,
    error: takeError,
  },
  participant: {
    schema_proposal: takeRevision,
    completion: takeCompletion,
    error: takeInitiatorError,
  },
};

const wordsOf = ({ content }: Incoming): string[] =>
  (content as Partial<MessageContent<"acceptance">>).reasons ?? [];

const evidenceOf = ({ content }: Incoming): AnswerEvidence | null =>
  (content as Partial<MessageContent<"acceptance">>).evidence ?? null;

function subjectOf({ content }: Incoming): SchemaProposalSubject {
  const { operation, details } = content as MessageContent<"counter_proposal">;
  return { operation, details };
}

/** An answer counts while answers are waited for; one to an earlier round, or after a rejection, does not. */
function takeAnswer(state: "accepted" | "countered" | "answered"): Taker {
  return (view, party, message) => {
    const isQuestion = view.kind !== "schema_change";
    if (!isQuestion && state === "answered") return taken({});
    if (isQuestion && state === "countered")
      return outOfPlace("A question has no counter-proposal.");
    const isWaited = view.state === "proposed" || view.state === "countered";
    if (!isWaited || !message.isCurrent) return taken({});
    if (party.state !== "invited" && party.state !== "countered") return taken({});
    return taken({
      state: isQuestion ? "answered" : state,
      reasons: wordsOf(message),
      evidence: evidenceOf(message),
      counter: state === "countered" ? subjectOf(message) : null,
    });
  };
}

const REJECTABLE: readonly ConversationState[] = [
  ...(["assessing", "proposed", "countered", "accepted", "executing", "completed"] as const),
];

function takeRejection(view: View, party: PartyView, message: Incoming): Taken {
  if (!REJECTABLE.includes(view.state) || party.state === "synced") return taken({});
  const reasons = wordsOf(message);
  return taken({ state: "rejected", reasons, evidence: evidenceOf(message), counter: null });
}

function takeSync(view: View, party: PartyView, { content }: Incoming): Taken {
  const { outcome, detail = "", evidence } = content as MessageContent<"sync_complete">;
  const said = { reasons: detail === "" ? [] : [detail], ...(evidence ? { evidence } : {}) };
  const { state } = view;
  switch (outcome) {
    case "applied":
    case "nothing_to_do":
      if (state === "completed" && party.state === "accepted") {
        return taken({ ...said, state: "synced" });
      }
      return state === "compensating" || isFinal("conversation", state)
        ? taken({})
        : outOfPlace("Nothing was executed yet that could be followed.");
    case "failed":
      if (state === "completed" || state === "synced") return taken({ ...said, state: "failed" });
      return taken(state === "compensating" ? said : {});
    case "compensated":
    case "compensation_failed":
      return state === "compensating" ? taken({ ...said, state: outcome }) : taken({});
  }
}

/** The other side could not do anything with what we sent. */
function takeError(view: View, party: PartyView, { content }: Incoming): Taken {
  const { code, message } = content as MessageContent<"error">;
  if (isFinal("conversation", view.state) || party.state === "rejected") return taken({});
  const state = view.state === "compensating" ? "compensation_failed" : "failed";
  return taken({ state, reasons: [`${message} (${code})`] });
}

const OUTCOMES: Record<CompletionOutcome, PartyState> = {
  executed: "executed",
  failed: "failed",
  declined: "rejected",
  cancelled: "cancelled",
  compensated: "compensated",
};

/** What became of the proposed change on the other side. */
function takeCompletion(view: View, party: PartyView, { content }: Incoming): Taken {
  const { outcome, detail = "" } = content as MessageContent<"completion">;
  const change = { state: OUTCOMES[outcome], reasons: detail === "" ? [] : [detail] };
  const isFollowing = party.state === "executed";
  if (isFollowing && outcome === "executed") return taken({});
  if (isFollowing && outcome !== "compensated") {
    return outOfPlace("The proposed change is in place: it can only be rolled back.");
  }
  const reply = replyWhere(view, outcome);
  // Executed without our word: that it is rolled back is asked for, and nothing is followed.
  return outcome === "executed" && reply !== null ? taken({}, { reply }) : taken(change, { reply });
}

/** An answer to what no step here would answer: we have not accepted, or are past it. */
function replyWhere(view: View, outcome: CompletionOutcome): Outgoing | null {
  if (outcome === "executed") {
    const why = "The change was not, or is not any more, agreed to here.";
    return view.state === "accepted" ? null : syncComplete(view, "failed", why);
  }
  const isOver = isFinal("conversation", view.state) && view.state !== "synced";
  const isSilent = view.state === "compensated" || view.state === "compensation_failed";
  if (outcome !== "compensated" || !isOver || isSilent) return null;
  return syncComplete(view, "compensated", "Nothing of it is in place here.");
}

const REVISABLE: readonly ConversationState[] = [
  ...(["countered", "evaluating", "awaiting_approval", "accepted"] as const),
];

/** Another round: the earlier answer does not hold for what is proposed now. */
function takeRevision(view: View, party: PartyView, message: Incoming): Taken {
  if (view.kind !== "schema_change") return outOfPlace("It is no schema change.");
  if (party.state === "executed") return outOfPlace("The change was executed already.");
  if (REVISABLE.includes(view.state)) {
    return taken({ state: "invited", reasons: [] }, { revision: subjectOf(message) });
  }
  const why = `The conversation has ended here: ${view.state}.`;
  const reply: Outgoing = { to: [party.agentId], type: "rejection", content: { reasons: [why] } };
  return taken({}, { reply });
}

function takeInitiatorError(view: View, party: PartyView, { content }: Incoming): Taken {
  const { code, message } = content as MessageContent<"error">;
  const isOver = isFinal("conversation", view.state) || party.state !== "invited";
  return isOver ? taken({}) : taken({ state: "cancelled", reasons: [`${message} (${code})`] });
}
