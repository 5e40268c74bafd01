import { eq } from "drizzle-orm";
import { conversationParties } from "@/drizzle/schema";
import {
  type CancelConversation,
  type ConversationDetail,
  isFinal,
  type ReviseConversation,
  type SchemaProposalSubject,
} from "@/server/contracts";
import { withdrawSuggestion } from "@/server/decisions";
import { assertCan } from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { perform } from "./advance";
import { compileProposal } from "./compile-proposal";
import { loadView } from "./load-view";
import { cancelMove } from "./machines";
import { loadConversation } from "./read-conversations";
import { advanceSoon } from "./start-conversation";
import { type ConversationRow, lockConversation, transitionConversation } from "./transition";

type OfConversation<Input> = { ctx: ServiceContext; input: Input & { conversation_id: string } };

/**
 * Takes up a counter-proposal: the change that it names is tested here, and then proposed to all. Throws
 * `forbidden`, `not_found` (no such conversation, or no counter-proposal of that agent), `invalid_input`
 * (several made one, and none is named), `conflict` (it is not `countered`), `not_executable`.
 */
export async function reviseConversation({
  ctx,
  input: { conversation_id: id, agent_id },
}: OfConversation<ReviseConversation>): Promise<ConversationDetail> {
  assertCan(ctx.actor, "conversation.start");
  const { parties: known } = await loadConversation(ctx, id);
  const countering = known.flatMap(({ agent_id: agentId, counter }) =>
    counter === null ? [] : [{ agentId, counter }],
  );
  const subject = chooseCounter(countering, agent_id);
  const change = await compileProposal({ ctx, input: subject });
  await ctx.db.transaction(async (tx) => {
    const { suggestionId, round } = await lockConversation(tx, id);
    await transitionConversation({
      tx,
      ctx,
      input: {
        ...{ id, transition: "revise", note: "The counter-proposal is tested here first." },
        set: {
          subject: { ...subject },
          ownChanges: [change],
          suggestionId: null,
          round: round + 1,
        },
      },
    });
    await tx
      .update(conversationParties)
      .set({ state: "invited", reasons: [], evidence: null, counter: null })
      .where(eq(conversationParties.conversationId, id));
    if (suggestionId === null) return;
    const why = "A counter-proposal was taken up in its place.";
    const input = { suggestion_id: suggestionId, conversation_id: id, why };
    await withdrawSuggestion({ tx, ctx, input });
  });
  await advanceSoon(ctx, id);
  return loadConversation(ctx, id);
}

function chooseCounter(
  countering: { agentId: string; counter: SchemaProposalSubject }[],
  agentId: string | undefined,
): SchemaProposalSubject {
  const found = countering.filter((each) => agentId === undefined || each.agentId === agentId);
  const [first, second] = found;
  const by = agentId === undefined ? "" : ` of ${agentId}`;
  if (first === undefined) {
    throw new AppError("not_found", `There is no counter-proposal${by} to take up.`);
  }
  if (second === undefined) return first.counter;
  const text = "Several agents made a counter-proposal: name one by agent_id.";
  const details = { agents: found.map((each) => each.agentId) };
  throw new AppError("invalid_input", text, { details });
}

/**
 * Ends a conversation because a person wishes it: whoever began it calls it off, and everybody who was asked
 * is told; whoever was asked withdraws, and the one who asked is told. A change that was executed elsewhere
 * meanwhile is rolled back there. Throws `forbidden`, `not_found`, `conflict` (what was agreed is being
 * executed here, or it has ended).
 */
export async function cancelConversation({
  ctx,
  input: { conversation_id: id, reason },
}: OfConversation<CancelConversation>): Promise<ConversationDetail> {
  assertCan(ctx.actor, "conversation.start");
  await ctx.db.transaction(async (tx) => {
    const row = await lockConversation(tx, id);
    const { view, parties } = await loadView({ tx, ctx, input: { row, refused: null } });
    const move = cancelMove(view, { label: ctx.actor.label, reason });
    if (move === null) throw tooLate(row);
    await perform(tx, ctx, { row, parties, move });
  });
  return loadConversation(ctx, id);
}

function tooLate({ state }: ConversationRow): AppError {
  const text = isFinal("conversation", state)
    ? `The conversation has ended: it is ${state}.`
    : "What was agreed is being executed: it can only be rolled back.";
  return new AppError("conflict", text, { details: { state } });
}
