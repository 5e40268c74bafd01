import { and, eq, gt, inArray, lt, sql } from "drizzle-orm";
import { agentMessages, conversationParties, conversations } from "@/drizzle/schema";
import {
  type AgentAddress,
  kindOpenedBy,
  MessageType,
  type SchemaProposalSubject,
  withoutCorrelation,
} from "@/server/contracts";
import { withdrawSuggestion } from "@/server/decisions";
import type { HandlingOutcome, MessageHandlers, ReceivedMessage } from "@/server/messaging";
import { publish, recordAudit, type ServiceContext, type Transaction } from "@/server/platform";
import { loadView, type PartyRow } from "./load-view";
import { checkSequence, type Taken, takeMessage } from "./machines";
import { detailOf, latestOf, MESSAGE_LABELS, sendAll } from "./send";
import {
  addArrows,
  type ConversationRow,
  findLocked,
  ownLanes,
  transitionConversation,
} from "./transition";

type Received = ReceivedMessage<MessageType>;

const outOfPlace = (reason: string): HandlingOutcome => ({ outcome: "out_of_place", reason });

/**
 * Takes in a message of a conversation, in the transaction that makes it handled: its row, its party and
 * its arrow. What follows from it is done by advanceConversation, which the event of it wakes.
 */
async function handle(
  ctx: ServiceContext,
  tx: Transaction,
  message: Received,
): Promise<HandlingOutcome> {
  const id = message.content.conversation_id ?? message.recordId;
  const row = await findLocked(tx, id);
  if (row === undefined) return begin(ctx, tx, { id, message });
  const { view, parties } = await loadView({ tx, ctx, input: { row, refused: null } });
  const { sender } = message.envelope;
  const party = parties.find(({ agentId }) => agentId === sender.agent_id);
  if (party === undefined) return outOfPlace("Its sender is no party of the conversation.");
  const order = await checkOrder(tx, message, party);
  if (order !== null) return order;
  const taken = takeMessage(view, {
    ...{ from: party.agentId, type: message.type, content: message.content },
    isCurrent: await isCurrent(tx, { message, row, party }),
  });
  if (taken.outcome === "out_of_place") return outOfPlace(taken.why);
  await apply(ctx, tx, { row, party, message, taken });
  return { outcome: "handled" };
}

/**
 * Earlier ones of its sender come first; one that came before is not taken again. Those that were given up
 * here are not waited for.
 */
async function checkOrder(
  tx: Transaction,
  { content: { sequence } }: Received,
  { conversationId, agentId, received }: PartyRow,
): Promise<HandlingOutcome | null> {
  const order = checkSequence(sequence, received);
  if (order === "in_order") return null;
  if (order === "late" || sequence === undefined) {
    return outOfPlace(`Its sequence ${sequence} was used by an earlier message.`);
  }
  const before = { conversationId, agentId, after: received, until: sequence };
  const missing = sequence - received - 1 - (await countGivenUp(tx, before));
  return missing > 0 ? { outcome: "not_yet" } : null;
}

/** Places in a party's sequence, between two others, whose messages came and were given up here. */
async function countGivenUp(
  tx: Transaction,
  given: { conversationId: string; agentId: string; after: number; until: number },
): Promise<number> {
  const { sequence } = agentMessages;
  const [row] = await tx
    .select({ count: sql<number>`count(distinct ${sequence})::int` })
    .from(agentMessages)
    .where(
      and(
        eq(agentMessages.conversationId, given.conversationId),
        eq(agentMessages.senderId, given.agentId),
        eq(agentMessages.direction, "inbound"),
        inArray(agentMessages.deliveryStatus, ["dead", "discarded"]),
        gt(sequence, given.after),
        lt(sequence, given.until),
      ),
    );
  return row?.count ?? 0;
}

/** Does it answer what we asked this party last? What names nothing answers the only round there was. */
async function isCurrent(
  tx: Transaction,
  { message, row, party }: { message: Received; row: ConversationRow; party: PartyRow },
): Promise<boolean> {
  const { in_reply_to: answered } = message.content;
  if (answered === undefined) return row.round === 1;
  return (await latestOf(tx, party, "outbound")) === answered;
}

async function begin(
  ctx: ServiceContext,
  tx: Transaction,
  { id, message }: { id: string; message: Received },
): Promise<HandlingOutcome> {
  const { sequence = 1 } = message.content;
  if (sequence > 1) {
    const { agent_id: agentId } = message.envelope.sender;
    const first = { conversationId: id, agentId, after: 0, until: 2 };
    const isGivenUp = (await countGivenUp(tx, first)) > 0;
    // Otherwise what begins it has not come yet.
    return isGivenUp ? outOfPlace("What began it was not taken here.") : { outcome: "not_yet" };
  }
  const kind = kindOpenedBy(message.type);
  if (kind === undefined) {
    // What is said outside of any conversation, and asks for nothing.
    const isLoose = message.content.conversation_id === undefined;
    return isLoose ? { outcome: "handled" } : outOfPlace("There is no such conversation here.");
  }
  const { envelope, row: stored } = message;
  const now = ctx.clock.now();
  await tx.insert(conversations).values({
    ...{ id, kind, role: "participant", state: "evaluating" },
    statusNote: "What it touches here is being looked up.",
    ...{
      subject: withoutCorrelation(message.content),
      reason: reasonOf(message),
      priority: envelope.priority,
    },
    ...{ initiator: envelope.sender, startedBy: envelope.sender.agent_id },
    ...{ createdAt: now, updatedAt: now, expiresAt: stored.expiresAt },
  });
  const { agent_id: agentId, product_id: productId, domain } = envelope.sender;
  await tx
    .insert(conversationParties)
    .values({ conversationId: id, agentId, productId, domain, received: 1, updatedAt: now });
  await recordAudit(tx, ctx, {
    ...{ action: "conversation.join", subjectType: "conversation", subjectId: id },
    after: { state: "evaluating", kind, initiator: agentId, message_id: envelope.message_id },
  });
  await drawArrow(ctx, tx, { id, message });
  await publish(tx, { topic: "conversation", id });
  return { outcome: "handled" };
}

/** Why it is asked, in the sender's words. */
function reasonOf({ content }: Received): string {
  const { details, detail, purpose } = content as Partial<Record<string, unknown>>;
  const said =
    (details as SchemaProposalSubject["details"] | undefined)?.purpose ?? detail ?? purpose;
  return typeof said === "string" ? said.slice(0, 4000) : "";
}

type Applied = {
  row: ConversationRow;
  party: PartyRow;
  message: Received;
  taken: Extract<Taken, { outcome: "taken" }>;
};

async function apply(
  ctx: ServiceContext,
  tx: Transaction,
  { row, party, message, taken }: Applied,
): Promise<void> {
  const { conversationId, agentId, received } = party;
  await tx
    .update(conversationParties)
    .set({
      ...taken.party,
      received: message.content.sequence ?? received,
      updatedAt: ctx.clock.now(),
    })
    .where(
      and(
        eq(conversationParties.conversationId, conversationId),
        eq(conversationParties.agentId, agentId),
      ),
    );
  await drawArrow(ctx, tx, { id: row.id, message });
  if (taken.reply !== null) {
    await sendAll({ tx, ctx, input: { row, parties: [party], messages: [taken.reply] } });
  }
  if (taken.revision !== null)
    await reevaluate(ctx, tx, { row, message, revision: taken.revision });
  await publish(tx, { topic: "conversation", id: row.id });
}

/** Another round: what was found for the last one is laid aside. */
async function reevaluate(
  ctx: ServiceContext,
  tx: Transaction,
  {
    row,
    message,
    revision,
  }: { row: ConversationRow; message: Received; revision: SchemaProposalSubject },
): Promise<void> {
  await transitionConversation({
    tx,
    ctx,
    input: {
      ...{ id: row.id, transition: "reevaluate" },
      note: "A revised proposal came; what it touches here is being looked up.",
      set: {
        ...{ subject: { ...revision }, round: row.round + 1, expiresAt: message.row.expiresAt },
        ...{ answer: null, ownChanges: [], suggestionId: null },
      },
    },
  });
  if (row.suggestionId === null) return;
  const input = {
    ...{ suggestion_id: row.suggestionId, conversation_id: row.id },
    why: "A revised proposal has taken the place of the one it belonged to.",
  };
  await withdrawSuggestion({ tx, ctx, input });
}

async function drawArrow(
  ctx: ServiceContext,
  tx: Transaction,
  { id, message }: { id: string; message: Received },
): Promise<void> {
  const sender: AgentAddress = message.envelope.sender;
  const arrow = {
    from: { kind: "agent" as const, id: sender.agent_id },
    ...{ to: ownLanes(ctx).agent, label: MESSAGE_LABELS[message.type] },
    ...{ recordId: message.recordId, detail: detailOf(message.content) },
  };
  await addArrows({ tx, ctx, input: { id, arrows: [arrow] } });
}

/** What conversations make of each type of message: for the courier. */
export const messageHandlers: MessageHandlers = Object.fromEntries(
  MessageType.options.map((type) => [type, handle]),
) as Record<MessageType, typeof handle>;
