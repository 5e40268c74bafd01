import { signDetached } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import type { Broker } from "@/server/platform/broker";
import { backoffMs } from "../delivery-policy";
import { type MessageMove, postponeMessages, transitionMessages } from "../transition-messages";
import { BUNDLE_MAX, bundle } from "./bundles";
import { claimOutbound, type Delivery } from "./claim-outbound";
import { isAnyOffBroker, noteContact, noteFailures } from "./peers";
import { type PostOutcome, postMessage } from "./post-message";

const CLAIM_MAX = 200;
/** Small, so that what is urgent does not wait for long. */
const URGENT_CLAIM_MAX = BUNDLE_MAX;
const POSTS_MAX = 32;

export interface OutboundOptions {
  ctx: ServiceContext;
  /** null: there is none, all goes by HTTP. */
  broker: Broker | null;
  brokerId: string | null;
  /** A receipt is overdue after this long, and the message delivered again. */
  receiptMs: number;
  silenceCountedAt: Map<string, number>;
  /** Told when messages have moved. */
  onMoved(): void;
}

type Signed = Delivery & { signature: string };

async function sign(ctx: ServiceContext, deliveries: readonly Delivery[]): Promise<Signed[]> {
  return Promise.all(
    deliveries.map(async (delivery) => {
      const { signature } = await signDetached({ ctx, input: { text: delivery.text } });
      return { ...delivery, signature };
    }),
  );
}

/** Has messages that could not be delivered now delivered later: the recipient is not at fault. */
async function putOff(ctx: ServiceContext, deliveries: readonly Delivery[], thrown: unknown) {
  const error = thrown instanceof Error ? thrown.message : String(thrown);
  ctx.log.warn({ err: thrown, messages: deliveries.length }, "messages could not be handed over");
  const moves = deliveries.map(({ id, attempts, lifeMs }) => {
    return { id, error, delayMs: Math.min(lifeMs, backoffMs(attempts)) };
  });
  await ctx.db.transaction((tx) => postponeMessages({ tx, input: { moves, isAttempt: false } }));
}

/** What a turn of handing over found. */
export interface HandOver {
  count: number;
  /** More may be due. */
  isMore: boolean;
  /** Receipts until more may be handed over, where a window is full; 0 where none is. */
  receiptsMissing: number;
}

/** A turn of a loop that hands messages over to the broker. */
export async function handOver(
  options: OutboundOptions & { broker: Broker },
  { isUrgent }: { isUrgent: boolean },
): Promise<HandOver> {
  const { ctx, broker } = options;
  const limit = isUrgent ? URGENT_CLAIM_MAX : CLAIM_MAX;
  const lane = { via: "broker" as const, isUrgent, limit, busy: [] };
  const claim = await claimOutbound({ ctx, input: { ...options, lane } });
  const { count, deliveries, receiptsMissing } = claim;
  if (count > 0) options.onMoved();
  if (deliveries.length > 0) {
    try {
      const jobs = bundle(await sign(ctx, deliveries));
      await Promise.all([...jobs].map(([queue, offers]) => broker.add(queue, offers)));
    } catch (error) {
      await putOff(ctx, deliveries, error);
    }
  }
  return { count, isMore: count === limit, receiptsMissing };
}

/** Posts messages to recipients that share no broker with us, to several of them side by side. */
export class HttpLane {
  /** What is being posted, by recipient. */
  private readonly posting = new Map<string, Promise<void>>();
  private readonly stopping = new AbortController();
  /** False while all recipients share the broker: what is for nobody known is found by looking now and then. */
  hasRecipients = true;

  constructor(
    private readonly options: OutboundOptions,
    private readonly onFree: () => void,
  ) {}

  /** Answers whether more may be due. */
  async turn(): Promise<boolean> {
    const { ctx, brokerId } = this.options;
    const busy = [...this.posting.keys()];
    const lane = { via: "http" as const, isUrgent: false, limit: POSTS_MAX, busy };
    const { count, deliveries } = await claimOutbound({ ctx, input: { ...this.options, lane } });
    this.hasRecipients = count > 0 || (await isAnyOffBroker(ctx.db, brokerId));
    for (const [recipientId, group] of groupByRecipient(deliveries)) {
      const posted = this.post(group)
        .catch((error: unknown) => putOff(ctx, group, error))
        .catch((error: unknown) => ctx.log.warn({ err: error }, "posts could not be noted"))
        .finally(() => {
          this.options.onMoved();
          this.posting.delete(recipientId);
          this.onFree();
        });
      this.posting.set(recipientId, posted);
    }
    return count === POSTS_MAX;
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error("the process is stopping"));
    await Promise.all(this.posting.values());
  }

  private async post(group: readonly Delivery[]): Promise<void> {
    const { signal } = this.stopping;
    const signed = await sign(this.options.ctx, group);
    const outcomes = await Promise.all(
      signed.map(({ id, text, signature, peer }) =>
        postMessage({ text, signature, recordId: id }, { url: peer.url, signal }),
      ),
    );
    await settlePosts(this.options.ctx, signed, { outcomes, isStopping: signal.aborted });
  }
}

function groupByRecipient(deliveries: readonly Delivery[]): Map<string, Delivery[]> {
  const groups = new Map<string, Delivery[]>();
  for (const delivery of deliveries) {
    const group = groups.get(delivery.recipientId);
    if (group === undefined) groups.set(delivery.recipientId, [delivery]);
    else group.push(delivery);
  }
  return groups;
}

async function settlePosts(
  ctx: ServiceContext,
  group: readonly Delivery[],
  { outcomes, isStopping }: { outcomes: readonly PostOutcome[]; isStopping: boolean },
): Promise<void> {
  const delivered: MessageMove[] = [];
  const refused: MessageMove[] = [];
  const failed: MessageMove[] = [];
  let faults = 0;
  group.forEach(({ id, attempts, lifeMs }, index) => {
    const outcome = outcomes[index];
    if (outcome?.outcome === "delivered") delivered.push({ id, via: "http" });
    else if (outcome?.outcome === "refused") {
      refused.push({ id, deadReason: "refused", error: outcome.error });
    } else if (outcome !== undefined) {
      const delayMs = Math.min(lifeMs, Math.max(outcome.retryAfterMs, backoffMs(attempts)));
      failed.push({ id, delayMs, error: outcome.error });
      if (outcome.isFault) faults += 1;
    }
  });
  const agentId = group[0]?.recipientId ?? "";
  const isThere = faults < group.length;
  await ctx.db.transaction(async (tx) => {
    await transitionMessages({ tx, ctx, input: { transition: "deliver", moves: delivered } });
    await transitionMessages({ tx, ctx, input: { transition: "bury", moves: refused } });
    await postponeMessages({ tx, input: { moves: failed, isAttempt: false } });
    // What a stop of ours cut short is no fault of theirs.
    if (isStopping) return;
    if (isThere) await noteContact(tx, agentId);
    else await noteFailures(tx, { agentId, count: faults, error: failed[0]?.error ?? "" });
  });
}
