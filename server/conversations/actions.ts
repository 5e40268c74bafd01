import { and, eq, isNull } from "drizzle-orm";
import { conversations } from "@/drizzle/schema";
import { type ErrorCode, RequestableChange } from "@/server/contracts";
import { requestChange } from "@/server/decisions";
import { requestExecution, requestRevert } from "@/server/execution";
import { AppError, publish, type ServiceContext } from "@/server/platform";
import { answerConversation } from "./answer-conversation";
import { keepOwnSample } from "./key-sample";
import type { Action, View } from "./machines";
import type { ConversationRow } from "./transition";

/** These will be the same the next time. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  ...(["invalid_input", "not_executable", "schema_changed", "not_found", "forbidden"] as const),
  ...(["product_refused"] as const),
]);

/** Others have to act before: what was seen of the conversation stays as it is. */
const WAITING: ReadonlySet<ErrorCode> = new Set([
  ...(["not_approved", "not_agreed", "approval_incomplete", "stopped"] as const),
]);

/** Done, by us or by somebody else first; it waits for others; or why it was refused for good. */
type ActionOutcome = "done" | "waits" | NonNullable<View["refused"]>;

/**
 * Does what a conversation waits for, outside its row's lock: safe to repeat, and by two processes at
 * once. Throws while trying again may help.
 */
export async function performAction({
  ctx,
  input: { id, action },
}: {
  ctx: ServiceContext;
  input: { id: string; action: Action };
}): Promise<ActionOutcome> {
  const [row] = await ctx.db.select().from(conversations).where(eq(conversations.id, id));
  if (row === undefined) return "waits";
  try {
    await ACTIONS[action](ctx, row);
    return "done";
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "conflict") return "done";
    if (WAITING.has(error.code)) return "waits";
    if (!FINAL.has(error.code)) throw error;
    ctx.log.warn({ err: error, conversation: id, action }, "a step of a conversation was refused");
    return { action, reason: error.message };
  }
}

const ACTIONS: Record<Action, (ctx: ServiceContext, row: ConversationRow) => Promise<void>> = {
  evaluate: (ctx, row) => answerConversation({ ctx, input: { row } }),
  request_change: requestOwnChange,
  sample_key: (ctx, row) => keepOwnSample({ ctx, input: { row } }),
  execute: async (ctx, { suggestionId }) => {
    if (suggestionId !== null) {
      await requestExecution({ ctx, input: { suggestion_id: suggestionId } });
    }
  },
  revert: async (ctx, { suggestionId }) => {
    if (suggestionId !== null) {
      const input = { suggestion_id: suggestionId, isAutomatic: true };
      await requestRevert({ ctx, input });
    }
  },
};

/** Has our own change tested; the same change is asked for once, so a repeat finds the first. */
async function requestOwnChange(ctx: ServiceContext, row: ConversationRow): Promise<void> {
  const changes = row.ownChanges.map((change) => RequestableChange.parse(change));
  const { suggestion_id } = await requestChange({
    ctx,
    input: {
      changes,
      reason: row.reason.slice(0, 2000),
      origin: { kind: "cooperation", conversation_id: row.id },
    },
  });
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(conversations)
      .set({ suggestionId: suggestion_id, updatedAt: ctx.clock.now() })
      .where(
        and(
          ...[eq(conversations.id, row.id), isNull(conversations.suggestionId)],
          // A revision may have come meanwhile, which is about another change.
          eq(conversations.round, row.round),
        ),
      );
    await publish(tx, { topic: "conversation", id: row.id });
  });
}
