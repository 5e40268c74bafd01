import { type ServiceContext, toAppError } from "@/server/platform";
import type { Delivery, Next } from "@/server/platform/broker";
import { findAgents, refreshForUnknown } from "@/server/registry";
import { backoffMs } from "../delivery-policy";
import { refusalReasonOf } from "../refusal";
import { verifySignature } from "../signatures";
import { type MessageMove, postponeMessages, transitionMessages } from "../transition-messages";
import { isPassing, ReceiptBundle, ReceiptText } from "./bundles";
import { type ContactTimes, noteContact } from "./peers";

const DONE: Next = { outcome: "done" };

/**
 * Notes what a recipient says it stored or refused, of messages to it alone. A job that is no signed list of
 * receipts is dropped: whoever did not sign has no word in it.
 */
export async function takeReceipts(
  {
    ctx,
    contacts,
    onMoved,
    onReceived,
  }: {
    ctx: ServiceContext;
    contacts: ContactTimes;
    onMoved: () => void;
    /** Told, when what was received is noted, of how many messages: the recipient may be handed more. */
    onReceived: (count: number) => void;
  },
  { data }: Delivery,
): Promise<Next> {
  const said = await readReceipts(ctx, data);
  if (said === null) return DONE;
  const { agent_id: agentId, receipts } = said;
  const stored: MessageMove[] = [];
  const refused: MessageMove[] = [];
  const again: MessageMove[] = [];
  for (const receipt of receipts) {
    const id = receipt.record_id;
    if (receipt.outcome === "stored") stored.push({ id, via: "broker" });
    else {
      const error = `${receipt.reason}: ${receipt.detail}`;
      if (isPassing(receipt.reason)) again.push({ id, error, delayMs: backoffMs(4) });
      else refused.push({ id, error, deadReason: "refused" });
    }
  }
  const theirs = { recipientId: agentId };
  const deliver = { transition: "deliver" as const, moves: stored, ...theirs };
  // As nearly always: one statement.
  if (refused.length + again.length === 0) {
    await transitionMessages({ tx: ctx.db, ctx, input: deliver });
  } else {
    await ctx.db.transaction(async (tx) => {
      const step = { tx, ctx };
      await transitionMessages({ ...step, input: deliver });
      await transitionMessages({
        ...step,
        input: { transition: "bury", moves: refused, ...theirs },
      });
      await postponeMessages({ tx, input: { moves: again, isAttempt: false, ...theirs } });
    });
  }
  if (contacts.isDue(agentId)) await noteContact(ctx.db, agentId);
  onReceived(receipts.length);
  onMoved();
  return DONE;
}

async function readReceipts(ctx: ServiceContext, data: unknown): Promise<ReceiptText | null> {
  const bundle = ReceiptBundle.safeParse(data);
  const said = bundle.success ? ReceiptText.safeParse(parseJson(bundle.data.text)) : null;
  if (!bundle.success || !said?.success) {
    ctx.log.warn("a job carries no receipts; dropped");
    return null;
  }
  const agentId = said.data.agent_id;
  try {
    await verify(ctx, agentId, bundle.data);
    return said.data;
  } catch (error) {
    const { message } = toAppError(error);
    ctx.log.warn({ agentId, why: message }, "receipts were not signed by who they name; dropped");
    return null;
  }
}

/** Throws as verifySignature does; asks the registry once where the key is not known. */
async function verify(
  ctx: ServiceContext,
  agentId: string,
  signed: { text: string; signature: string },
): Promise<void> {
  const agentIds = [agentId];
  const keysOf = async () =>
    (await findAgents({ ctx, input: { agentIds } })).get(agentId)?.jwks ?? { keys: [] };
  try {
    await verifySignature(await keysOf(), signed);
  } catch (error) {
    if (refusalReasonOf(error) !== "unknown_key") throw error;
    if (!(await refreshForUnknown({ ctx, input: { agentIds } }))) throw error;
    await verifySignature(await keysOf(), signed);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
