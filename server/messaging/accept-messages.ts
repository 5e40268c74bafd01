import type { Actor, MessagePriority, MessageReceipt, Screening } from "@/server/contracts";
import { AppError, type ServiceContext } from "@/server/platform";
import { type IncomingMessage, type OpenedMessage, openMessages } from "./open-messages";
import { done, type Outcome, proceed, proceedAsync } from "./outcome";
import { claimedSenderOf } from "./read-envelope";
import { refusalReasonOf } from "./refusal";
import { countRefusals } from "./refusals";
import { type Stored, storeMessages } from "./store-messages";

const NOTE = "Stored. What it asks for is handled in its turn; the first opinion decides nothing.";

const SUSPECT_NOTE =
  "Marked as a possible prompt injection (see screening.places): kept as it came, for people to read.";

/** Of messages stored before there was a screening. */
const NOT_SCREENED: Screening = { is_suspect: false, score: 0, by: "rules", model: null };

function receiptOf(messageId: string, { row, isDuplicate }: Stored): MessageReceipt {
  return {
    message_id: messageId,
    record_id: row.messageId,
    delivery_status: row.deliveryStatus,
    is_duplicate: isDuplicate,
    received_at: row.createdAt.toISOString(),
    first_opinion: row.firstOpinion,
    screening: row.screening ?? NOT_SCREENED,
    note: row.screening?.is_suspect ? `${SUSPECT_NOTE} ${NOTE}` : NOTE,
  };
}

/** Counts what was refused for one of the known reasons; other failures are not the sender's. */
async function countRefused(
  ctx: ServiceContext,
  messages: readonly IncomingMessage[],
  outcomes: readonly Outcome<unknown>[],
): Promise<void> {
  const { REQUEST_BYTES_MAX: bytesMax } = ctx.settings;
  const refused = outcomes.flatMap((outcome, index) => {
    const reason = outcome.isDone ? null : refusalReasonOf(outcome.error);
    const text = messages[index]?.text ?? "";
    return reason === null ? [] : [{ reason, claimedSender: claimedSenderOf(text, { bytesMax }) }];
  });
  await countRefusals({ ctx, input: refused });
}

/** Says no by throwing, once a sender is sure and before anything of it is stored. */
type Admit = (sender: Actor) => Promise<void>;

async function admitEach(opened: readonly Outcome<OpenedMessage>[], admit: Admit) {
  return Promise.all(
    opened.map((outcome) =>
      proceedAsync(outcome, async (message) => {
        await admit(message.sender);
        return message;
      }),
    ),
  );
}

/** A message that was taken in: whom it is of, and what they are told. */
export interface Accepted {
  senderId: string;
  priority: MessagePriority;
  receipt: MessageReceipt;
}

async function accept(
  ctx: ServiceContext,
  messages: readonly IncomingMessage[],
  admit: Admit,
): Promise<Outcome<Accepted>[]> {
  const opened = await admitEach(await openMessages({ ctx, input: messages }), admit);
  const stored = await storeMessages({ ctx, input: done(opened) });
  let next = 0;
  const outcomes = opened.map((outcome) =>
    proceed(outcome, ({ envelope: { message_id, sender, priority } }) => {
      const result = stored[next++];
      if (result === undefined || result instanceof AppError) throw result;
      return { senderId: sender.agent_id, priority, receipt: receiptOf(message_id, result) };
    }),
  );
  await countRefused(ctx, messages, outcomes);
  return outcomes;
}

/**
 * Takes in messages of other agents as they came, over the broker or by HTTP: each is checked, its
 * signature verified, and stored once. One outcome each, in their order: its receipt, or why it was
 * refused (an AppError; `details.reason` is one of MessageRefusal; it is counted, and nothing stored).
 * Throws only when none could be taken in, as when the database does not answer.
 */
export async function acceptMessages({
  ctx,
  input: messages,
}: {
  ctx: ServiceContext;
  input: readonly IncomingMessage[];
}): Promise<Outcome<Accepted>[]> {
  return accept(ctx, messages, async () => undefined);
}

/**
 * Takes in one message, like acceptMessages. `admit` is called once its sender is sure and before anything
 * is stored. Throws the refusal, or what `admit` throws.
 */
export async function acceptSignedMessage({
  ctx,
  input: { admit = async () => undefined, ...message },
}: {
  ctx: ServiceContext;
  input: IncomingMessage & { admit?: Admit };
}): Promise<MessageReceipt> {
  const [outcome] = await accept(ctx, [message], admit);
  if (outcome?.isDone) return outcome.value.receipt;
  throw outcome?.error;
}
