import { type MessageEnvelope, RefuseMessage, type StoredMessage } from "@/server/contracts";
import { visibleText } from "@/server/guard";
import { assertCan, parseInput } from "@/server/identity";
import { AppError, publish, type ServiceContext, type Transaction } from "@/server/platform";
import type { MessageRow } from "./handlers";
import { type DecidedMessage, holdMessage } from "./manage-messages";
import { sendError } from "./send-error";
import { transitionMessages } from "./transition-messages";
import { wakeCouriers } from "./wake-couriers";

/**
 * Is a message of another agent suspect, and does a person decide whether it is handled? Where the policy is
 * `reject`, it is handled: its proposal is rejected.
 */
export function isHeldForPerson(
  { settings }: Pick<ServiceContext, "settings">,
  { screening, releasedAt }: Pick<MessageRow, "screening" | "releasedAt">,
): boolean {
  if (settings.MCP_SUSPECT_MESSAGES !== "quarantine") return false;
  return screening?.is_suspect === true && releasedAt === null;
}

interface Decide<Input = unknown> {
  ctx: ServiceContext;
  input: { record_id: string } & Input;
}

/**
 * Has a message that was held as suspect handled as if it had arrived now, within its ttl. Throws
 * `forbidden`, `not_found`, and `conflict` unless it is quarantined, or once it has expired.
 */
export async function releaseMessage({ ctx, input }: Decide): Promise<DecidedMessage> {
  assertCan(ctx.actor, "message.manage");
  return ctx.db.transaction(async (tx) => {
    const { messageId: id, expiresAt } = await holdMessage(tx, input.record_id, "quarantined");
    if (expiresAt <= ctx.clock.now()) {
      const text = `Message ${id} has expired: it becomes a dead letter, which can be replayed.`;
      const details = { state: "quarantined", expires_at: expiresAt.toISOString() };
      throw new AppError("conflict", text, { details });
    }
    const moves = [{ id, releasedBy: ctx.actor.label }];
    await transitionMessages({ tx, ctx, input: { transition: "release", moves } });
    await publish(tx, { topic: "message", id });
    await wakeCouriers(tx, ["inbound", "inbound urgent"]);
    return { record_id: id, delivery_status: "received" };
  });
}

/**
 * Gives up a message that was held as suspect; its sender is told why. Throws `forbidden`, `not_found`,
 * `invalid_input` (no reason), and `conflict` unless it is quarantined.
 */
export async function refuseMessage({
  ctx,
  input,
}: Decide<RefuseMessage>): Promise<DecidedMessage> {
  assertCan(ctx.actor, "message.manage");
  const { reason } = parseInput(RefuseMessage, { reason: input.reason });
  return ctx.db.transaction(async (tx) => {
    const row = await holdMessage(tx, input.record_id, "quarantined");
    const { messageId: id, conversationId } = row;
    const moves = [{ id, error: reason }];
    await transitionMessages({ tx, ctx, input: { transition: "refuse", moves } });
    const text = `Its words were marked as a possible prompt injection, and a person refused it: ${reason}`;
    await sendError({ tx, ctx, input: { row, code: "refused", text } });
    await publish(tx, { topic: "message", id });
    await tellConversation(tx, conversationId);
    return { record_id: id, delivery_status: "discarded" };
  });
}

/** Its conversation goes on without it, or ends. */
async function tellConversation(tx: Transaction, id: string | null): Promise<void> {
  if (id !== null) await publish(tx, { topic: "conversation", id });
}

/** Longest text that is shown of a suspect message in a list. */
const PASSAGE_MAX = 500;

/** What was found suspect in a message, as text that can neither hide nor reorder anything. */
export function suspectPassages(
  envelope: MessageEnvelope,
  screening: MessageRow["screening"],
): StoredMessage["suspect_passages"] {
  if (!screening?.is_suspect) return [];
  return (screening.places ?? []).map((place) => ({
    place,
    text: visibleText(textAt(envelope, place)).slice(0, PASSAGE_MAX),
  }));
}

/** Empty where a pointer leads to no text: what was found is a key, or below a key that is no plain word. */
function textAt(root: unknown, pointer: string): string {
  const keys = pointer.split("/").slice(1);
  const found = keys.reduce<unknown>(
    (value, key) => (Object.hasOwn(Object(value), key) ? Object(value)[key] : undefined),
    root,
  );
  return typeof found === "string" ? found : "";
}
