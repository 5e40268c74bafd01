import type { Lane } from "@/server/contracts";
import { withdrawSuggestion } from "@/server/decisions";
import type { ServiceContext, Transaction } from "@/server/platform";
import { performAction } from "./actions";
import { loadView, type PartyRow } from "./load-view";
import { type Action, type Call, type Move, nextStep, type View } from "./machines";
import { sendAll } from "./send";
import {
  addArrows,
  type ConversationRow,
  findLocked,
  ownLanes,
  transitionConversation,
} from "./transition";

/** More steps at once than any way through a conversation has: a guard against going round in circles. */
const STEPS_MAX = 30;

/**
 * Does whatever a conversation's state, messages and own change make necessary now, step by step, until
 * it has to wait. Level-triggered: it may be called at any time, by any process, and however often; what
 * a crash left undone is done by the next call. Throws what an action throws while that may pass.
 */
export async function advanceConversation({
  ctx,
  input: { conversation_id: id },
}: {
  ctx: ServiceContext;
  input: { conversation_id: string };
}): Promise<void> {
  let refused: View["refused"] = null;
  /** Tried since the last move: while nothing moves, trying it again changes nothing. */
  let tried: Action | null = null;
  for (let count = 0; count < STEPS_MAX; count += 1) {
    const known = refused;
    const step = await ctx.db.transaction((tx) => advanceOnce(tx, ctx, { id, refused: known }));
    if (step === "waits" || step === tried) return;
    tried = step === "moved" ? null : step;
    if (step === "moved") continue;
    const outcome = await performAction({ ctx, input: { id, action: step } });
    if (outcome === "waits") return;
    refused = outcome === "done" ? null : outcome;
  }
  ctx.log.error({ conversation: id }, "a conversation goes round in circles");
}

/** One step below the row's lock; an action is for the caller, without it. */
async function advanceOnce(
  tx: Transaction,
  ctx: ServiceContext,
  { id, refused }: { id: string; refused: View["refused"] },
): Promise<"waits" | "moved" | Action> {
  const row = await findLocked(tx, id);
  if (row === undefined) return "waits";
  const { view, parties } = await loadView({ tx, ctx, input: { row, refused } });
  const step = nextStep(view);
  if (step === null) return "waits";
  if (step.do === "act") return step.action;
  await perform(tx, ctx, { row, parties, move: step });
  return "moved";
}

/** One transition with all that happens in its transaction. */
export async function perform(
  tx: Transaction,
  ctx: ServiceContext,
  { row, parties, move }: { row: ConversationRow; parties: PartyRow[]; move: Move },
): Promise<void> {
  const { transition, note, calls, messages, withdraws, extendMs } = move;
  const set =
    extendMs === null ? {} : { expiresAt: new Date(ctx.clock.now().getTime() + extendMs) };
  const moved = await transitionConversation({
    tx,
    ctx,
    input: { id: row.id, transition, note, set },
  });
  const arrows = calls.map((call) => toArrow(ctx, call));
  await addArrows({ tx, ctx, input: { id: row.id, arrows } });
  await sendAll({ tx, ctx, input: { row: moved, parties, messages } });
  if (!withdraws || row.suggestionId === null) return;
  const why = `Its conversation with other data products has ended. ${note}`;
  await withdrawSuggestion({
    tx,
    ctx,
    input: { suggestion_id: row.suggestionId, conversation_id: row.id, why },
  });
}

function toArrow(ctx: ServiceContext, { to, label, detail = "", isOwn }: Call) {
  const { agent, product } = ownLanes(ctx);
  const from: Lane = to === "product" || isOwn ? agent : product;
  return { from, to: to === "product" ? product : agent, label, detail };
}
