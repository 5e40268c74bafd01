import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type MessageRefusal, SignedMessage } from "@/server/contracts";
import { shortHash } from "@/server/platform";
import type { Offer } from "@/server/platform/broker";
import { brokerPriority } from "../delivery-policy";

/** Where an agent takes its messages from, and the receipts of what it sent. */
export const messagesQueue = (agentId: string) => `messages-${shortHash(agentId)}`;
/** Of what is urgent: taken beside the others, so that it waits for no bundle of them. */
export const urgentQueue = (agentId: string) => `messages-urgent-${shortHash(agentId)}`;
export const receiptsQueue = (agentId: string) => `receipts-${shortHash(agentId)}`;

/** Messages of one job: few enough that none holds the process up for long. */
export const BUNDLE_MAX = 50;
const BUNDLE_CHARACTERS_MAX = 1_000_000;
/** More than we ever send, for others' sake. */
const TAKEN_MAX = 500;

/** What one job of a recipient's queue carries. */
export const MessageBundle = z.object({ messages: z.array(SignedMessage).min(1).max(TAKEN_MAX) });

/** What became of a message at its recipient. */
const Receipt = z.discriminatedUnion("outcome", [
  z.object({ record_id: z.uuid(), outcome: z.literal("stored") }),
  z.object({
    record_id: z.uuid(),
    outcome: z.literal("refused"),
    /** One of MessageRefusal; of a later version too. */
    reason: z.string().max(100),
    detail: z.string().max(2000),
  }),
]);
export type Receipt = z.infer<typeof Receipt>;

/** The text that a recipient signs. */
export const ReceiptText = z.object({
  kind: z.literal("receipts"),
  agent_id: z.string().min(1).max(200),
  receipts: z.array(Receipt).min(1).max(TAKEN_MAX),
});
export type ReceiptText = z.infer<typeof ReceiptText>;

/** What one job of a sender's queue of receipts carries: signed like a message. */
export const ReceiptBundle = z.object({ text: z.string(), signature: z.string().max(4000) });

/** Refusals that pass: the recipient's directory is about to know us, or clocks to agree. */
const PASSING: ReadonlySet<string> = new Set<MessageRefusal>([
  ...(["unknown_agent", "unknown_key", "message_from_the_future"] as const),
]);
export const isPassing = (reason: string): boolean => PASSING.has(reason);

/** A signed message on its way to one recipient. */
export interface Parcel extends SignedMessage {
  recipientId: string;
  /** How long ago its turn had come. */
  dueForMs: number;
}

const URGENT = 1;

/** Jobs that carry these messages, by queue: together what is as urgent, and not too much at once. */
export function bundle(parcels: readonly Parcel[]): Map<string, Offer[]> {
  const groups = new Map<string, Parcel[]>();
  for (const parcel of parcels) {
    const key = groupOf(parcel);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [parcel]);
    else group.push(parcel);
  }
  const queues = new Map<string, Offer[]>();
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const priority = brokerPriority(first.dueForMs);
    const queue = (priority === URGENT ? urgentQueue : messagesQueue)(first.recipientId);
    const offers = chunk(group).map((messages): Offer => {
      return { id: randomUUID(), data: { messages }, delayMs: 0, priority };
    });
    queues.set(queue, [...(queues.get(queue) ?? []), ...offers]);
  }
  return queues;
}

const groupOf = ({ recipientId, dueForMs }: Parcel) => `${brokerPriority(dueForMs)} ${recipientId}`;

function chunk(parcels: readonly Parcel[]): SignedMessage[][] {
  const chunks: SignedMessage[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const { text, signature } of parcels) {
    const last = chunks.at(-1);
    const isFull = characters + text.length > BUNDLE_CHARACTERS_MAX;
    if (last === undefined || isFull || last.length >= BUNDLE_MAX) {
      chunks.push([{ text, signature }]);
      characters = text.length;
    } else {
      last.push({ text, signature });
      characters += text.length;
    }
  }
  return chunks;
}
