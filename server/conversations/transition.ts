import { and, eq, inArray } from "drizzle-orm";
import { conversationSteps, conversations } from "@/drizzle/schema";
import { isFinal, type Lane, TRANSITIONS, type TransitionName } from "@/server/contracts";
import {
  AppError,
  auditTransition,
  lostRace,
  publish,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";

export type ConversationRow = typeof conversations.$inferSelect;

/** A step of the caller's transaction. */
export interface TransactionStep<Input> {
  tx: Transaction;
  ctx: ServiceContext;
  input: Input;
}

/**
 * Locks a conversation's row: before that of its suggestion, and before its messages are written. Throws
 * `not_found`.
 */
export async function lockConversation(tx: Transaction, id: string): Promise<ConversationRow> {
  const row = await findLocked(tx, id);
  if (row === undefined) throw new AppError("not_found", `There is no conversation ${id}.`);
  return row;
}

export async function findLocked(
  tx: Transaction,
  id: string,
): Promise<ConversationRow | undefined> {
  const [row] = await tx.select().from(conversations).where(eq(conversations.id, id)).for("update");
  return row;
}

interface ConversationMove {
  id: string;
  /** Names an entry of TRANSITIONS. */
  transition: TransitionName<"conversation">;
  /** One sentence: what is waited for now, or how it ended. */
  note: string;
  set?: Partial<Omit<typeof conversations.$inferInsert, "id" | "state">>;
}

/**
 * The only way a conversation changes state: one conditional UPDATE, its audit row and its event, in the
 * caller's transaction. Throws `not_found`, and `conflict` when its state does not allow the transition.
 */
export async function transitionConversation({
  tx,
  ctx,
  input: { id, transition, note, set },
}: TransactionStep<ConversationMove>): Promise<ConversationRow> {
  const change = TRANSITIONS.conversation[transition];
  const { from, to } = change;
  const now = ctx.clock.now();
  const [row] = await tx
    .update(conversations)
    .set({
      ...set,
      ...{ state: to, statusNote: note, updatedAt: now },
      endedAt: isFinal("conversation", to) ? now : null,
    })
    .where(and(eq(conversations.id, id), inArray(conversations.state, from)))
    .returning();
  const subject = { entity: "conversation" as const, id };
  if (row === undefined) throw lostRace({ ...subject, from, present: await readState(tx, id) });
  await auditTransition(tx, ctx, {
    ...subject,
    transition: change,
    note: { role: row.role, note },
  });
  await publish(tx, { topic: "conversation", id });
  return row;
}

async function readState(tx: Transaction, id: string) {
  const [present] = await tx
    .select({ state: conversations.state })
    .from(conversations)
    .where(eq(conversations.id, id));
  return present;
}

/** One arrow of the sequence diagram. */
export interface Arrow {
  from: Lane;
  to: Lane;
  label: string;
  recordId?: string;
  detail?: string;
}

/** Adds arrows to the diagram, in their order; a message that has one gets no second. */
export async function addArrows({
  tx,
  ctx,
  input: { id, arrows },
}: TransactionStep<{ id: string; arrows: readonly Arrow[] }>): Promise<void> {
  if (arrows.length === 0) return;
  const at = ctx.clock.now();
  const rows = arrows.map(({ from, to, label, recordId = null, detail = "" }) => ({
    ...{ conversationId: id, at, from, to, label, recordId, detail },
  }));
  await tx.insert(conversationSteps).values(rows).onConflictDoNothing();
}

/** The lines of the diagram that are ours. */
export const ownLanes = ({ settings }: Pick<ServiceContext, "settings">) => ({
  agent: { kind: "agent", id: settings.AGENT_ID } satisfies Lane as Lane,
  product: { kind: "product", id: settings.DATA_PRODUCT_ID } satisfies Lane as Lane,
});
