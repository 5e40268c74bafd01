import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { MessagePriority, MessageRefusal, SignedMessage } from "@/server/contracts";
import { signDetached } from "@/server/identity";
import { type ServiceContext, toAppError } from "@/server/platform";
import type { Broker, Delivery, Next } from "@/server/platform/broker";
import { type Accepted, acceptMessages } from "../accept-messages";
import { messageRecordId } from "../envelope";
import { done, type Outcome } from "../outcome";
import { refusalReasonOf } from "../refusal";
import { MessageBundle, type Receipt, type ReceiptText, receiptsQueue } from "./bundles";

const DONE: Next = { outcome: "done" };

/**
 * Takes in the messages of one job of our queue, and tells their senders what became of each. Throws when
 * none could be stored: the broker delivers the job again.
 */
export async function takeMessages(
  {
    ctx,
    broker,
    onMoved,
    onStored,
  }: {
    ctx: ServiceContext;
    broker: Broker;
    onMoved: () => void;
    /** Told of the priorities of what has come to be there to be handled. */
    onStored: (priorities: readonly MessagePriority[]) => void;
  },
  { data }: Delivery,
): Promise<Next> {
  const parsed = MessageBundle.safeParse(data);
  if (!parsed.success) {
    ctx.log.warn({ issues: parsed.error.issues.slice(0, 3) }, "a job carries no messages; dropped");
    return DONE;
  }
  const { messages } = parsed.data;
  const input = messages.map((message) => ({ ...message, via: "broker" as const }));
  const outcomes = await acceptMessages({ ctx, input });
  onMoved();
  onStored(done(outcomes).map(({ priority }) => priority));
  const receipts = receiptsBySender(messages, outcomes);
  // A receipt that is lost costs another delivery, nothing else.
  await Promise.all(
    [...receipts].map(([sender, list]) =>
      sendReceipts({ ctx, broker }, { sender, receipts: list }),
    ),
  ).catch((error: unknown) => ctx.log.warn({ err: error }, "receipts could not be handed over"));
  return DONE;
}

/** Whom a message names as its sender, and its id there. */
const Claimed = z.object({
  message_id: z.string(),
  sender: z.object({ agent_id: z.string() }),
});
/** Of what was refused for these reasons nothing was read. */
const UNREAD: ReadonlySet<MessageRefusal> = new Set([
  ...(["invalid_envelope", "too_large", "too_deep"] as const),
]);

/** What to tell whom. Nobody is told of what names no sender, or could not be stored for now. */
function receiptsBySender(
  messages: readonly SignedMessage[],
  outcomes: readonly Outcome<Accepted>[],
): Map<string, Receipt[]> {
  const bySender = new Map<string, Receipt[]>();
  messages.forEach(({ text }, index) => {
    const outcome = outcomes[index];
    const told = outcome?.isDone ? storedOf(outcome.value) : refusedOf(text, outcome?.error);
    if (told === null) return;
    const list = bySender.get(told.sender);
    if (list === undefined) bySender.set(told.sender, [told.receipt]);
    else list.push(told.receipt);
  });
  return bySender;
}

/** A receipt, and whom it is for. */
interface Told {
  sender: string;
  receipt: Receipt;
}

const storedOf = ({ senderId, receipt: { record_id } }: Accepted): Told => ({
  sender: senderId,
  receipt: { record_id, outcome: "stored" },
});

function refusedOf(text: string, error: unknown): Told | null {
  const reason = refusalReasonOf(error);
  if (reason === null || UNREAD.has(reason)) return null;
  const claimed = Claimed.safeParse(JSON.parse(text));
  if (!claimed.success) return null;
  const sender = claimed.data.sender.agent_id;
  const record_id = messageRecordId(sender, claimed.data.message_id);
  const detail = toAppError(error).message.slice(0, 2000);
  return { sender, receipt: { record_id, outcome: "refused", reason, detail } };
}

async function sendReceipts(
  { ctx, broker }: { ctx: ServiceContext; broker: Broker },
  { sender, receipts }: { sender: string; receipts: Receipt[] },
): Promise<void> {
  const said: ReceiptText = { kind: "receipts", agent_id: ctx.settings.AGENT_ID, receipts };
  const text = JSON.stringify(said);
  const { signature } = await signDetached({ ctx, input: { text } });
  const offer = { id: randomUUID(), data: { text, signature }, delayMs: 0, priority: 1 };
  await broker.add(receiptsQueue(sender), [offer]);
}
