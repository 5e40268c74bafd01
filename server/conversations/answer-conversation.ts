import { and, desc, eq, isNull } from "drizzle-orm";
import { agentMessages, conversations } from "@/drizzle/schema";
import {
  AnalyzeRequest,
  type Change,
  type ConversationAnswer,
  type ConversationKind,
  MESSAGE_CONTENTS,
  SchemaProposalSubject,
} from "@/server/contracts";
import { connectProduct } from "@/server/data-product";
import { analyze } from "@/server/decisions";
import { parseInput } from "@/server/identity";
import { publish, type ServiceContext } from "@/server/platform";
import { typeReader } from "@/server/workload";
import { evaluateProposal } from "./evaluation/evaluate-proposal";
import { answerQualityAlert, answerResourceScale } from "./evaluation/facts";
import { compareKeys } from "./evaluation/keys";
import { sampleKey } from "./key-sample";
import { readFindings, readKnownHere, readOwnSchema } from "./known-product";
import { addArrows, type ConversationRow, ownLanes } from "./transition";

/** What we make of what we were asked. */
interface Answered {
  answer: ConversationAnswer;
  /** Related changes of our own product, to be tested. */
  changes?: readonly Change[];
  /** A test run that the answer waits for. */
  suggestionId?: string;
}

const ANSWERS: Record<
  ConversationKind,
  (ctx: ServiceContext, row: ConversationRow) => Promise<Answered>
> = {
  schema_change: answerProposal,
  query_optimization: answerQuery,
  quality_alert: answerAlert,
  resource_scale: answerScale,
  coordination: answerJoin,
};

/**
 * Finds out what a proposal or question touches here, and keeps how it is to be answered. Words that may
 * try to steer the reader are not evaluated at all: they are rejected. Safe to repeat: the first answer of
 * a round is kept.
 */
export async function answerConversation({
  ctx,
  input: { row },
}: {
  ctx: ServiceContext;
  input: { row: ConversationRow };
}): Promise<void> {
  const suspect = await findSuspect(ctx, row);
  const answered = suspect ?? (await ANSWERS[row.kind](ctx, row));
  await ctx.db.transaction(async (tx) => {
    const { answer, changes = [], suggestionId = null } = answered;
    const [kept] = await tx
      .update(conversations)
      .set({ answer, ownChanges: [...changes], suggestionId, updatedAt: ctx.clock.now() })
      .where(
        and(
          ...[eq(conversations.id, row.id), eq(conversations.state, "evaluating")],
          ...[eq(conversations.round, row.round), isNull(conversations.answer)],
        ),
      )
      .returning({ id: conversations.id });
    if (kept === undefined) return;
    if (row.kind === "schema_change") {
      const { agent, product } = ownLanes(ctx);
      const arrows = [{ from: agent, to: product, label: "Evaluate proposal" }];
      await addArrows({ tx, ctx, input: { id: row.id, arrows } });
    }
    await publish(tx, { topic: "conversation", id: row.id });
  });
}

const reject = (reason: string): Answered => ({
  answer: { verdict: "reject", reasons: [reason], evidence: {}, counter: null },
});

/** null: nothing in its words seems to steer who reads them, or a person released them all the same. */
async function findSuspect({ db }: ServiceContext, row: ConversationRow): Promise<Answered | null> {
  const [message] = await db
    .select({ screening: agentMessages.screening, releasedAt: agentMessages.releasedAt })
    .from(agentMessages)
    .where(
      and(
        eq(agentMessages.conversationId, row.id),
        eq(agentMessages.senderId, row.initiator.agent_id),
        eq(agentMessages.deliveryStatus, "handled"),
      ),
    )
    .orderBy(desc(agentMessages.createdAt))
    .limit(1);
  if (!message?.screening?.is_suspect || message.releasedAt !== null) return null;
  const places = message.screening.places ?? [];
  const where = places.length === 0 ? "" : ` (${places.join(", ")})`;
  return reject(
    `Its words are marked as a possible prompt injection${where}: it was not evaluated.`,
  );
}

async function answerProposal(ctx: ServiceContext, row: ConversationRow): Promise<Answered> {
  const proposal = SchemaProposalSubject.parse(row.subject);
  const here = await readKnownHere({ ctx });
  return evaluateProposal(here, { proposal, sender: row.initiator });
}

async function answerQuery(ctx: ServiceContext, row: ConversationRow): Promise<Answered> {
  const { query, table, frequency } = MESSAGE_CONTENTS.query_optimization.parse(row.subject);
  const request = parseInput(AnalyzeRequest, {
    operation_type: "query_optimization",
    product_id: ctx.settings.DATA_PRODUCT_ID,
    context: {
      query_patterns: [{ query, frequency }],
      ...(table === undefined ? {} : { table_name: table }),
    },
  });
  const { suggestion_id } = await analyze({ ctx, input: request });
  const answer = { verdict: "accept" as const, reasons: [], evidence: {}, counter: null };
  return { answer, suggestionId: suggestion_id };
}

async function answerAlert(ctx: ServiceContext, row: ConversationRow): Promise<Answered> {
  const alert = MESSAGE_CONTENTS.quality_alert.parse(row.subject);
  const [here, findings] = await Promise.all([readKnownHere({ ctx }), readFindings(ctx)]);
  return { answer: answerQualityAlert(here, alert, findings) };
}

async function answerScale(ctx: ServiceContext, row: ConversationRow): Promise<Answered> {
  const asked = MESSAGE_CONTENTS.resource_scale.parse(row.subject);
  return { answer: answerResourceScale({ schema: await readOwnSchema(ctx) }, asked) };
}

async function answerJoin(ctx: ServiceContext, row: ConversationRow): Promise<Answered> {
  const { left, right, sample } = MESSAGE_CONTENTS.coordination_request.parse(row.subject);
  if (sample === undefined) return reject("It came without a sample of its own key.");
  const product = connectProduct({ ctx });
  const own = await sampleKey({
    ctx,
    input: { product, conversationId: row.id, table: right.table, column: right.column },
  });
  const compared = await compareKeys(await typeReader(), {
    ...{ left: sample, right: own },
    leftName: `${row.initiator.product_id}: ${left.table}.${left.column}`,
    rightName: `${product.productId}: ${right.table}.${right.column}`,
  });
  return { answer: { verdict: "accept", ...compared, counter: null } };
}
