import {
  type DeadReason,
  MESSAGE_CONTENTS,
  MessageEnvelope,
  MessageType,
} from "@/server/contracts";
import type { ServiceContext, Transaction } from "@/server/platform";
import type { HandlingOutcome, MessageHandlers, MessageRow, ReceivedMessage } from "../handlers";
import { isHeldForPerson } from "../quarantine";
import { sendError } from "../send-error";

/** What became of a message in the transaction of what it brought about. */
export type Handled =
  | { kind: "handled" }
  | { kind: "not_yet" }
  /** Suspect: a person decides. */
  | { kind: "quarantined" }
  | { kind: "dead"; deadReason: DeadReason; error?: string };

/**
 * Hands one stored message to the handler of its type. What is past its time is given up, what is suspect may
 * be held for a person; what cannot be understood is given up too, and its sender is told by an `error` message, unless it is one itself. Throws what the
 * handler throws.
 */
export async function handleMessage(
  { ctx, tx, handlers }: { ctx: ServiceContext; tx: Transaction; handlers: MessageHandlers },
  row: MessageRow & { lifeMs: number },
): Promise<Handled> {
  if (row.lifeMs <= 0) return { kind: "dead", deadReason: "expired" };
  if (isHeldForPerson(ctx, row)) return { kind: "quarantined" };
  const type = MessageType.safeParse(row.messageType);
  if (!type.success) {
    const text = `Messages of the type ${row.messageType} are not known here.`;
    return refuse({ ctx, tx }, { row, code: "unknown_type", text });
  }
  const content = MESSAGE_CONTENTS[type.data].safeParse(row.content);
  if (!content.success) {
    const [issue] = content.error.issues;
    const where = issue?.path.map(String).join(".") || "the content";
    const text = `The content of a ${type.data} is not valid at ${where}: ${issue?.message}`;
    return refuse({ ctx, tx }, { row, code: "invalid_content", text });
  }
  const message = {
    recordId: row.messageId,
    type: type.data,
    content: content.data,
    envelope: MessageEnvelope.parse(JSON.parse(row.envelope)),
    row,
  };
  return toHandled(await handlerOf(handlers, type.data)(ctx, tx, message as ReceivedMessage));
}

type AnyHandler = (
  ctx: ServiceContext,
  tx: Transaction,
  message: ReceivedMessage,
) => ReturnType<MessageHandlers[MessageType]>;

/** The content was parsed by the very type that the handler is found by; the compiler cannot relate them. */
const handlerOf = (handlers: MessageHandlers, type: MessageType): AnyHandler =>
  handlers[type] as AnyHandler;

// biome-ignore lint/suspicious/noConfusingVoidType: as in MessageHandler
function toHandled(said: HandlingOutcome | void): Handled {
  if (said === undefined || said.outcome === "handled") return { kind: "handled" };
  if (said.outcome === "not_yet") return { kind: "not_yet" };
  const { reason: error } = said;
  return { kind: "dead", deadReason: "out_of_place", ...(error === undefined ? {} : { error }) };
}

async function refuse(
  { ctx, tx }: { ctx: ServiceContext; tx: Transaction },
  given: { row: MessageRow; code: string; text: string },
): Promise<Handled> {
  await sendError({ ctx, tx, input: given });
  return { kind: "dead", deadReason: "invalid_content", error: given.text };
}
