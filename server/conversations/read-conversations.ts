import { and, asc, desc, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { conversationParties, conversationSteps, conversations } from "@/drizzle/schema";
import type {
  Conversation,
  ConversationDetail,
  ConversationPage,
  ConversationParty,
  ListConversations,
} from "@/server/contracts";
import { assertCan } from "@/server/identity";
import {
  AppError,
  decodeCursor,
  encodeCursor,
  olderThan,
  type ServiceContext,
} from "@/server/platform";
import { titleOf, waitsFor } from "./describe-conversation";
import type { ConversationRow } from "./transition";

/** Conversations of this agent, newest first; `next_cursor` continues after the last. Throws `forbidden`. */
export async function listConversations({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: ListConversations;
}): Promise<ConversationPage> {
  assertCan(ctx.actor, "conversation.read");
  const after = input.cursor === undefined ? undefined : decodeCursor(input.cursor, z.uuid());
  const rows = await ctx.db
    .select()
    .from(conversations)
    .where(
      and(
        input.state?.length ? inArray(conversations.state, input.state) : undefined,
        after && olderThan(after, { at: conversations.createdAt, id: conversations.id }),
      ),
    )
    .orderBy(desc(conversations.createdAt), desc(conversations.id))
    .limit(input.limit + 1);
  const shown = rows.slice(0, input.limit);
  const parties = await partiesOf(
    ctx,
    shown.map(({ id }) => id),
  );
  const last = shown.at(-1);
  return {
    items: shown.map((row) => toConversation(row, parties.get(row.id) ?? [])),
    next_cursor:
      rows.length > input.limit && last ? encodeCursor({ at: last.createdAt, id: last.id }) : null,
  };
}

/** One conversation with the arrows of its sequence diagram in order. Throws `forbidden`, `not_found`. */
export async function getConversation({
  ctx,
  input: { conversation_id: id },
}: {
  ctx: ServiceContext;
  input: { conversation_id: string };
}): Promise<ConversationDetail> {
  assertCan(ctx.actor, "conversation.read");
  return loadConversation(ctx, id);
}

/** The answer of a verb that did something to it: whoever may do that may see what came of it. */
export async function loadConversation(
  ctx: ServiceContext,
  id: string,
): Promise<ConversationDetail> {
  const [row] = await ctx.db.select().from(conversations).where(eq(conversations.id, id));
  if (row === undefined) throw new AppError("not_found", `There is no conversation ${id}.`);
  const [parties, steps] = await Promise.all([
    partiesOf(ctx, [id]),
    ctx.db
      .select()
      .from(conversationSteps)
      .where(eq(conversationSteps.conversationId, id))
      .orderBy(asc(conversationSteps.id)),
  ]);
  return {
    ...toConversation(row, parties.get(id) ?? []),
    steps: steps.map(({ id: step, at, from, to, label, recordId, detail }) => ({
      ...{ id: step, at: at.toISOString(), from, to, label, record_id: recordId, detail },
    })),
  };
}

async function partiesOf(
  { db }: ServiceContext,
  ids: string[],
): Promise<Map<string, ConversationParty[]>> {
  const parties = new Map<string, ConversationParty[]>();
  if (ids.length === 0) return parties;
  const rows = await db
    .select()
    .from(conversationParties)
    .where(inArray(conversationParties.conversationId, ids))
    .orderBy(asc(conversationParties.agentId));
  for (const row of rows) {
    const party: ConversationParty = {
      ...{ agent_id: row.agentId, product_id: row.productId, domain: row.domain },
      ...{ state: row.state, reasons: row.reasons, evidence: row.evidence, counter: row.counter },
      updated_at: row.updatedAt.toISOString(),
    };
    parties.set(row.conversationId, [...(parties.get(row.conversationId) ?? []), party]);
  }
  return parties;
}

function toConversation(row: ConversationRow, parties: ConversationParty[]): Conversation {
  return {
    conversation_id: row.id,
    kind: row.kind,
    role: row.role,
    state: row.state,
    status_note: waitsFor(row, parties) ?? row.statusNote,
    title: titleOf(row),
    subject: row.subject,
    reason: row.reason,
    initiator: row.initiator,
    parties,
    own_changes: row.ownChanges,
    suggestion_id: row.suggestionId,
    answer: row.answer,
    round: row.round,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
    ended_at: row.endedAt?.toISOString() ?? null,
  };
}
