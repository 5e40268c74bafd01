import type { ConversationState } from "./conversation";
import type { DeliveryStatus } from "./message";
import type { OperationState, Rollback, SuggestionState } from "./suggestion";
import type { VerificationState } from "./verification";

/** One allowed change of state: from any of `from` to `to`, audited as `action`. */
interface Transition<State extends string> {
  from: readonly State[];
  to: State;
  /** Action of the audit row, `entity.verb`. */
  action: string;
  /** Leaves a state in which nothing more happens unless somebody asks for it. */
  isReopening?: true;
}

const machine =
  <State extends string>() =>
  <const Table extends Record<string, Transition<State>>>(table: Table) =>
    table;

/**
 * What may follow what: the only source of it. A new entity with states adds one entry here; the
 * lists of states in queries, pages and constraints are derived below.
 */
export const TRANSITIONS = {
  suggestion: machine<SuggestionState>()({
    publishAdvice: { from: ["proving"], to: "pending", action: "suggestion.prove" },
    reportNoGain: { from: ["proving"], to: "no_gain", action: "suggestion.prove" },
    failProof: { from: ["proving"], to: "failed", action: "suggestion.fail" },
    cancelProof: { from: ["proving"], to: "cancelled", action: "suggestion.cancel" },
    improveAdvice: { from: ["pending"], to: "pending", action: "suggestion.improve" },
    withdrawAdvice: { from: ["pending"], to: "no_gain", action: "suggestion.withdraw" },
    adviseLater: {
      from: ["no_gain"],
      to: "pending",
      action: "suggestion.advise_later",
      isReopening: true,
    },
    approve: { from: ["pending"], to: "approved", action: "suggestion.approve" },
    /** One of several approvals that the policy asks for. */
    approveInPart: { from: ["pending"], to: "pending", action: "suggestion.approve_in_part" },
    /** The policy asks for more than when it was approved. */
    approveFurther: { from: ["approved"], to: "approved", action: "suggestion.approve_further" },
    reject: { from: ["pending"], to: "rejected", action: "suggestion.reject" },
    expire: { from: ["pending"], to: "expired", action: "suggestion.expire" },
    reopen: {
      from: ["expired"],
      to: "pending",
      action: "suggestion.reopen",
      isReopening: true,
    },
    supersede: {
      from: ["pending", "approved"],
      to: "superseded",
      action: "suggestion.supersede",
    },
    execute: { from: ["approved"], to: "executing", action: "suggestion.execute" },
    /** Before anything of it ran. */
    withdrawExecution: {
      from: ["executing"],
      to: "approved",
      action: "suggestion.withdraw_execution",
      isReopening: true,
    },
    complete: { from: ["executing"], to: "executed", action: "suggestion.executed" },
    failExecution: { from: ["executing"], to: "failed", action: "suggestion.fail" },
    verify: { from: ["executed"], to: "verified", action: "suggestion.verify" },
    /** The whole gained what was promised; single queries regressed. */
    verifyWithRegressions: {
      from: ["executed"],
      to: "verified",
      action: "suggestion.verify_with_regressions",
    },
    revert: {
      from: ["executed", "verified"],
      to: "reverted",
      action: "suggestion.reverted",
      isReopening: true,
    },
    /** Executes once more what was rolled back. */
    reapply: {
      from: ["reverted"],
      to: "executing",
      action: "suggestion.reapply",
      isReopening: true,
    },
  }),
  operation: machine<OperationState>()({
    start: { from: ["queued"], to: "executing", action: "operation.start" },
    complete: { from: ["executing"], to: "executed", action: "operation.complete" },
    fail: { from: ["queued", "executing"], to: "failed", action: "operation.fail" },
    /** Before it began. */
    withdraw: { from: ["queued"], to: "failed", action: "operation.withdraw" },
    verify: { from: ["executed"], to: "verified", action: "operation.verify" },
    revert: {
      from: ["executed", "verified"],
      to: "reverted",
      action: "operation.reverted",
      isReopening: true,
    },
  }),
  /** One machine for both sides: which way a conversation takes through it is its kind's and role's. */
  conversation: machine<ConversationState>()({
    propose: { from: ["assessing"], to: "proposed", action: "conversation.propose" },
    counter: { from: ["proposed", "evaluating"], to: "countered", action: "conversation.counter" },
    revise: { from: ["countered"], to: "assessing", action: "conversation.revise" },
    /** A revised proposal came. */
    reevaluate: {
      from: ["countered", "evaluating", "awaiting_approval", "accepted"],
      to: "evaluating",
      action: "conversation.reevaluate",
    },
    askApproval: {
      from: ["evaluating"],
      to: "awaiting_approval",
      action: "conversation.ask_approval",
    },
    accept: {
      from: ["proposed", "evaluating", "awaiting_approval"],
      to: "accepted",
      action: "conversation.accept",
    },
    answer: { from: ["proposed", "evaluating"], to: "answered", action: "conversation.answer" },
    execute: { from: ["accepted"], to: "executing", action: "conversation.execute" },
    complete: { from: ["executing"], to: "completed", action: "conversation.complete" },
    update: { from: ["accepted"], to: "updating", action: "conversation.update" },
    sync: {
      from: ["accepted", "completed", "updating"],
      to: "synced",
      action: "conversation.sync",
    },
    compensate: {
      from: ["accepted", "executing", "completed", "updating", "synced"],
      to: "compensating",
      action: "conversation.compensate",
      isReopening: true,
    },
    compensated: {
      from: ["compensating"],
      to: "compensated",
      action: "conversation.compensated",
    },
    failCompensation: {
      from: ["compensating"],
      to: "compensation_failed",
      action: "conversation.fail_compensation",
    },
    reject: {
      from: ["assessing", "proposed", "countered", "evaluating", "awaiting_approval", "accepted"],
      to: "rejected",
      action: "conversation.reject",
    },
    expire: {
      from: ["assessing", "proposed", "countered", "evaluating", "awaiting_approval", "accepted"],
      to: "expired",
      action: "conversation.expire",
    },
    cancel: {
      from: ["assessing", "proposed", "countered", "evaluating", "awaiting_approval", "accepted"],
      to: "cancelled",
      action: "conversation.cancel",
    },
    fail: {
      from: ["assessing", "proposed", "evaluating", "accepted", "executing", "updating"],
      to: "failed",
      action: "conversation.fail",
    },
  }),
  message: machine<DeliveryStatus>()({
    send: { from: ["queued"], to: "sent", action: "message.send" },
    deliver: { from: ["queued", "sent"], to: "delivered", action: "message.deliver" },
    handle: { from: ["received"], to: "handled", action: "message.handle" },
    /** Suspect: a person decides whether it is handled. */
    quarantine: { from: ["received"], to: "quarantined", action: "message.quarantine" },
    release: { from: ["quarantined"], to: "received", action: "message.release" },
    refuse: { from: ["quarantined"], to: "discarded", action: "message.refuse" },
    bury: {
      from: ["queued", "sent", "received", "quarantined"],
      to: "dead",
      action: "message.bury",
    },
    /** Sent once more (ours), or handled once more (theirs). */
    replaySending: {
      from: ["dead"],
      to: "queued",
      action: "message.replay",
      isReopening: true,
    },
    replayHandling: {
      from: ["dead"],
      to: "received",
      action: "message.replay",
      isReopening: true,
    },
    discard: { from: ["dead"], to: "discarded", action: "message.discard", isReopening: true },
  }),
};

/** States in which a suggestion or operation may be created. */
export const INITIAL_STATES = {
  /** `proving` on a data product; the others answer from the request's context alone. */
  suggestion: ["proving", "pending", "no_gain"],
  operation: ["queued"],
  conversation: ["assessing", "proposed", "evaluating"],
  message: ["queued", "received"],
} as const satisfies {
  suggestion: readonly SuggestionState[];
  operation: readonly OperationState[];
  conversation: readonly ConversationState[];
  message: readonly DeliveryStatus[];
};

export type Stateful = keyof typeof TRANSITIONS;
export type TransitionName<Entity extends Stateful> = keyof (typeof TRANSITIONS)[Entity] & string;
export type InitialState<Entity extends Stateful> = (typeof INITIAL_STATES)[Entity][number];

interface StateOf {
  suggestion: SuggestionState;
  operation: OperationState;
  conversation: ConversationState;
  message: DeliveryStatus;
}

function transitionsOf<Entity extends Stateful>(entity: Entity): Transition<StateOf[Entity]>[] {
  // The compiler does not relate the keys of the table to those of StateOf; `machine` checked them.
  return Object.values<Transition<string>>(TRANSITIONS[entity]) as Transition<StateOf[Entity]>[];
}

/** All states of an entity that a transition leaves or reaches. */
export function statesOf<Entity extends Stateful>(entity: Entity): StateOf[Entity][] {
  return transitionsOf(entity)
    .flatMap(({ from, to }) => [...from, to])
    .filter(isFirst);
}

/** Everything a state may become in any number of transitions, itself first. */
export function statesFrom<Entity extends Stateful>(
  entity: Entity,
  state: StateOf[Entity],
): StateOf[Entity][] {
  return follow(transitionsOf(entity), state);
}

function follow<State extends string>(transitions: Transition<State>[], state: State): State[] {
  const reached = [state];
  // The list grows while it is walked.
  for (const present of reached) {
    for (const { from, to } of transitions) {
      if (from.includes(present) && !reached.includes(to)) reached.push(to);
    }
  }
  return reached;
}

/** May the one state directly follow the other? */
export function mayFollow<Entity extends Stateful>(
  entity: Entity,
  change: { from: StateOf[Entity]; to: StateOf[Entity] },
): boolean {
  return transitionsOf(entity).some(
    ({ from, to }) => to === change.to && from.includes(change.from),
  );
}

/** Nothing more happens to it by itself; a person may still reopen it (revert, continue the proof). */
export function isFinal<Entity extends Stateful>(entity: Entity, state: StateOf[Entity]): boolean {
  return transitionsOf(entity).every(
    ({ from, isReopening }) => isReopening === true || !from.includes(state),
  );
}

const isFirst = <T>(value: T, index: number, all: T[]) => all.indexOf(value) === index;

const SUGGESTION_STATES = statesOf("suggestion");

/** Approved at some time: executing it is, or was, possible. */
const APPROVED = statesFrom("suggestion", "approved");

/** A person may still come to decide it: its proof runs, or its advice waits. */
export const OPEN_STATES: readonly SuggestionState[] = SUGGESTION_STATES.filter(
  (state) => !isFinal("suggestion", state) && !APPROVED.includes(state),
);

/** Its proof may still improve its advice, or find some: nobody has decided. */
export const SEARCHABLE_STATES: readonly SuggestionState[] = [
  ...TRANSITIONS.suggestion.improveAdvice.from,
  ...TRANSITIONS.suggestion.adviseLater.from,
];

/** Was never approved, so that nothing of it may be executed. */
export const UNAPPROVED_STATES: readonly SuggestionState[] = SUGGESTION_STATES.filter(
  (state) => !APPROVED.includes(state),
);

/** Approved and not undone: waits for its execution, is executed, or has been. */
export const EFFECTIVE_STATES: readonly SuggestionState[] = APPROVED.filter((state) =>
  // By itself: what was rolled back has no effect until somebody executes it again.
  follow(
    transitionsOf("suggestion").filter(({ isReopening }) => isReopening !== true),
    state,
  ).some((later) => allows("suggestion", "revert", later)),
);

/** Neither open nor in effect. */
export const CLOSED_STATES: readonly SuggestionState[] = SUGGESTION_STATES.filter(
  (state) => !OPEN_STATES.includes(state) && !EFFECTIVE_STATES.includes(state),
);

/** Its proof has not come to a result yet. */
export const isProving = (state: SuggestionState): boolean =>
  includes(TRANSITIONS.suggestion.publishAdvice.from, state);

export const isOpen = (state: SuggestionState): boolean => OPEN_STATES.includes(state);

/** May this transition start from the state? */
export function allows<Entity extends Stateful>(
  entity: Entity,
  transition: TransitionName<Entity>,
  state: StateOf[Entity],
): boolean {
  const table: Record<string, Transition<string>> = TRANSITIONS[entity];
  return includes(table[transition]?.from ?? [], state);
}

/** The live workload confirmed it, with or without regressions of single queries. */
export const isConfirmed = (state: VerificationState): boolean =>
  state === "confirmed" || state === "confirmed_with_regressions";

/** How the rollback asked for last stands, while its suggestion is still executed. */
export function rollbackOf(
  state: SuggestionState,
  latestRevert: OperationState | undefined,
): Rollback | null {
  if (latestRevert === undefined || !allows("suggestion", "revert", state)) return null;
  if (allows("operation", "fail", latestRevert)) return "running";
  return latestRevert === "failed" ? "failed" : null;
}

function includes(states: readonly string[], state: string): boolean {
  return states.includes(state);
}
