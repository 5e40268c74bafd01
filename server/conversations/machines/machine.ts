import type {
  CompletionOutcome,
  ConversationAnswer,
  ConversationKind,
  ConversationRole,
  ConversationState,
  MessageType,
  PartyState,
  SuggestionState,
  SyncOutcome,
  TransitionName,
} from "@/server/contracts";

/** What has to be done outside the database before the conversation can go on. Safe to repeat. */
export type Action =
  /** Find out what a proposal, or a question, touches here. */
  | "evaluate"
  /** Have our own change tested on a shadow copy. */
  | "request_change"
  /** Hash our side's sampled key values. */
  | "sample_key"
  | "execute"
  | "revert";

export interface PartyView {
  agentId: string;
  state: PartyState;
  reasons: readonly string[];
}

/** Our own change, as far as it has come. */
export interface SuggestionView {
  state: SuggestionState;
  /** Why it ended, was rejected, or does not fit; empty: nothing is known. */
  reason: string;
  /** What its test run found, as a sentence; empty: nothing yet. */
  summary: string;
  /** What it makes slower here, with the figures: a person's to accept; null: nothing, or it is not known. */
  cost: string | null;
  /** Of the rollback asked for last, while it is still in place. */
  rollback: "running" | "failed" | null;
}

/** All that is known when it is asked what happens next. */
export interface View {
  kind: ConversationKind;
  role: ConversationRole;
  state: ConversationState;
  round: number;
  subject: Record<string, unknown>;
  parties: readonly PartyView[];
  suggestion: SuggestionView | null;
  hasOwnChanges: boolean;
  answer: ConversationAnswer | null;
  /** Whose approval our own change needs. */
  approval: "person" | "none";
  /** An action that was refused for good, and why; null: none was. */
  refused: { action: Action; reason: string } | null;
  now: Date;
  expiresAt: Date;
}

/** A message to send; what ties it to the conversation is added when it is. */
export interface Outgoing {
  /** Agents, each of which gets one of its own. */
  to: readonly string[];
  type: MessageType;
  content: Record<string, unknown>;
}

/** An arrow of the sequence diagram between our own agent and its product. */
export interface Call {
  to: "product" | "agent";
  label: string;
  detail?: string;
  /** The agent's own work: from it, to it. */
  isOwn?: true;
}

/** One conditional transition, and all that happens in its transaction. */
export interface Move {
  do: "move";
  transition: TransitionName<"conversation">;
  /** One sentence: what is waited for now, or how it ended. */
  note: string;
  messages: readonly Outgoing[];
  calls: readonly Call[];
  /** Our own change is not wanted any more: it is ended where it was not begun. */
  withdraws: boolean;
  /** Its deadline becomes this many ms from now. */
  extendMs: number | null;
}

export type Step = Move | { do: "act"; action: Action };

/** What was agreed has this long to be carried out, or rolled back, on every side, ms. */
export const AFTERMATH_MS = 24 * 3_600_000;

export const act = (action: Action): Step => ({ do: "act", action });

export function move(
  transition: Move["transition"],
  note: string,
  rest: Partial<Omit<Move, "do" | "transition" | "note">> = {},
): Move {
  return {
    do: "move",
    transition,
    note,
    messages: [],
    calls: [],
    withdraws: false,
    extendMs: null,
    ...rest,
  };
}

export const isExpired = ({ now, expiresAt }: Pick<View, "now" | "expiresAt">): boolean =>
  now >= expiresAt;

/** In place on our product now. */
export const isInPlace = (state: SuggestionState | undefined): boolean =>
  state === "executed" || state === "verified";

/** Its execution has begun, whatever became of it since. */
export const isBegun = (state: SuggestionState | undefined): boolean =>
  isInPlace(state) || state === "executing" || state === "failed" || state === "reverted";

/** It may still come to be executed: it is tested, waits for a person, or is approved. */
export const isWaiting = (state: SuggestionState): boolean =>
  state === "proving" || state === "pending" || state === "approved";

export const agentIds = (parties: readonly PartyView[]): string[] =>
  parties.map(({ agentId }) => agentId);

export const inState = (view: View, ...states: PartyState[]): PartyView[] =>
  view.parties.filter(({ state }) => states.includes(state));

/** `risk-1, reporting-1` */
export const named = (parties: readonly PartyView[]): string => agentIds(parties).join(", ");

/** `risk-1: it is no key; reporting-1: …` */
export function reasonsOf(parties: readonly PartyView[]): string {
  return parties
    .map(({ agentId, reasons }) =>
      reasons.length === 0 ? agentId : `${agentId}: ${reasons.join(" ")}`,
    )
    .join("; ");
}

const DETAIL_LENGTH_MAX = 2000;

export const completion = (
  to: readonly string[],
  outcome: CompletionOutcome,
  detail: string,
): Outgoing => ({
  to,
  type: "completion",
  content: { outcome, detail: detail.slice(0, DETAIL_LENGTH_MAX) },
});

export const syncComplete = (
  { parties }: Pick<View, "parties">,
  outcome: SyncOutcome,
  detail: string,
): Outgoing => ({
  to: agentIds(parties),
  type: "sync_complete",
  content: { outcome, detail: detail.slice(0, DETAIL_LENGTH_MAX) },
});

/** Why our own change cannot be made any more, as a sentence. */
export function describeEnd(suggestion: SuggestionView | null): string {
  if (suggestion === null) return "It was withdrawn.";
  const { state, reason } = suggestion;
  switch (state) {
    case "rejected":
      return reason === "" ? "A person rejected it." : `A person rejected it: ${reason}`;
    case "expired":
      return "Nobody decided on it in time.";
    case "no_gain":
      return reason === "" ? "Nothing that was tested fits." : reason;
    default:
      return reason === "" ? `Its test run ended as ${state}.` : reason;
  }
}
