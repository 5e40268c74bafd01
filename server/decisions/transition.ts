import { and, eq, inArray } from "drizzle-orm";
import { operations, suggestions } from "@/drizzle/schema";
import {
  type NotificationDetails,
  type NotificationEvent,
  type Stateful,
  TRANSITIONS,
  type TransitionName,
} from "@/server/contracts";
import { notify } from "@/server/notify";
import {
  AppError,
  auditTransition,
  lostRace,
  publish,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";

export type SuggestionRow = typeof suggestions.$inferSelect;
export type OperationRow = typeof operations.$inferSelect;

/** A step of the caller's transaction: shaped like a verb, with the transaction beside its context. */
interface TransactionStep<Input> {
  tx: Transaction;
  ctx: Pick<ServiceContext, "actor" | "requestId" | "clock">;
  input: Input;
}

interface Move<Entity extends Stateful, Row> {
  id: string;
  /** Names an entry of TRANSITIONS: what that table does not allow does not compile. */
  transition: TransitionName<Entity>;
  /** Columns written with the state. */
  set?: Partial<Omit<Row, "id" | "state">>;
  /** Kept in the audit row beside the new state. */
  note?: Record<string, unknown>;
}

export type SuggestionMove = Move<"suggestion", typeof suggestions.$inferInsert>;
export type OperationMove = Move<"operation", typeof operations.$inferInsert>;

/** What people are told of each change of a suggestion; null: nothing. */
const EVENT_OF: Record<TransitionName<"suggestion">, NotificationEvent | null> = {
  publishAdvice: "approval_needed",
  adviseLater: "approval_needed",
  improveAdvice: "advice_changed",
  withdrawAdvice: "withdrawn",
  reportNoGain: null,
  failProof: "test_failed",
  cancelProof: null,
  approve: "approved",
  approveInPart: "approved_in_part",
  approveFurther: null,
  reopen: "approval_needed",
  withdrawExecution: null,
  reject: "rejected",
  expire: "expired",
  supersede: "superseded",
  execute: null,
  complete: "executed",
  failExecution: "execution_failed",
  verify: "verified",
  verifyWithRegressions: "verified_with_regressions",
  revert: "reverted",
  reapply: "reapplied",
};

/** What of a transition's note, and of what it writes, people are told. */
function detailsOf({ note = {}, set }: SuggestionMove): NotificationDetails {
  const text = (value: unknown) =>
    typeof value === "string" && value !== "" ? value.slice(0, DETAIL_LENGTH_MAX) : undefined;
  const told = {
    reason: text(note.reason ?? note.why),
    summary: text(note.summary ?? note.approvals),
    is_automatic: note.is_automatic === true ? true : undefined,
  };
  const error = text(set?.error?.message);
  return Object.fromEntries(
    Object.entries({ ...told, error }).filter(([, value]) => value !== undefined),
  );
}

const DETAIL_LENGTH_MAX = 4000;

/*
 * Locks are taken in one order: the suggestion's row first, then its operation's. Whoever changes
 * both calls transitionSuggestion (or selects the suggestion FOR UPDATE) before
 * transitionOperation; two such transactions then wait for each other instead of deadlocking.
 */

/**
 * The only way a suggestion changes state: one conditional UPDATE, its audit row, its event and its
 * notification, in the caller's transaction. Throws `not_found`, and `conflict` (details: the present state) when
 * its state does not allow the transition, as when another writer came first.
 */
export async function transitionSuggestion({
  tx,
  ctx,
  input: { id, transition, set, note },
}: TransactionStep<SuggestionMove>): Promise<SuggestionRow> {
  const change = TRANSITIONS.suggestion[transition];
  const { from, to } = change;
  const [row] = await tx
    .update(suggestions)
    .set({ ...set, state: to, updatedAt: ctx.clock.now() })
    .where(and(eq(suggestions.id, id), inArray(suggestions.state, from)))
    .returning();
  const subject = { entity: "suggestion" as const, id };
  if (row === undefined) {
    throw lostRace({ ...subject, from, present: await readSuggestionState(tx, id) });
  }
  await auditTransition(tx, ctx, { ...subject, transition: change, note });
  await publish(tx, { topic: "suggestion", id });
  const event = EVENT_OF[transition];
  if (event !== null) {
    const details = detailsOf({ id, transition, ...(set && { set }), ...(note && { note }) });
    await notify({ tx, ctx, input: { event, subject: { type: "suggestion", id }, details } });
  }
  return row;
}

/** The only way an operation changes state; like transitionSuggestion. */
export async function transitionOperation({
  tx,
  ctx,
  input: { id, transition, set, note },
}: TransactionStep<OperationMove>): Promise<OperationRow> {
  const change = TRANSITIONS.operation[transition];
  const { from, to } = change;
  const [row] = await tx
    .update(operations)
    .set({ ...set, state: to })
    .where(and(eq(operations.id, id), inArray(operations.state, from)))
    .returning();
  const subject = { entity: "operation" as const, id };
  if (row === undefined) {
    throw lostRace({ ...subject, from, present: await readOperationState(tx, id) });
  }
  await auditTransition(tx, ctx, {
    ...subject,
    transition: change,
    note: { suggestion_id: row.suggestionId, ...note },
  });
  await publishOperation({ tx, input: row });
  return row;
}

/** Tells live pages that an operation, and so its suggestion, changed. */
export async function publishOperation({
  tx,
  input: row,
}: Omit<TransactionStep<OperationRow>, "ctx">): Promise<void> {
  await publish(tx, { topic: "operation", id: row.id, suggestion_id: row.suggestionId });
  await publish(tx, { topic: "suggestion", id: row.suggestionId });
}

/**
 * Changes one suggestion in a transaction of its own. False when its state does not allow it any
 * more: to sweeps and workers a lost race is a normal outcome.
 */
export async function tryTransitionSuggestion({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: SuggestionMove;
}): Promise<boolean> {
  try {
    await ctx.db.transaction((tx) => transitionSuggestion({ tx, ctx, input }));
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "conflict") return false;
    throw error;
  }
}

async function readSuggestionState(tx: Transaction, id: string) {
  const [row] = await tx
    .select({ state: suggestions.state, since: suggestions.updatedAt })
    .from(suggestions)
    .where(eq(suggestions.id, id));
  return row;
}

async function readOperationState(tx: Transaction, id: string) {
  const [row] = await tx
    .select({ state: operations.state, since: operations.finishedAt })
    .from(operations)
    .where(eq(operations.id, id));
  return row;
}
