import type { ProcessStatus } from "@/server/contracts";
import { type Root, systemContext } from "@/server/platform";
import type { Consumer, SharedBroker } from "@/server/platform/broker";
import { brokerIdOf } from "@/server/registry";
import type { MessageHandlers } from "../handlers";
import { type CourierSide, MESSAGES_CHANNEL } from "../wake-couriers";
import { createAnnouncer } from "./announcer";
import { messagesQueue, receiptsQueue } from "./bundles";
import { buryExpired, handleDue } from "./inbound";
import { type Loop, startLoop } from "./loop";
import { HttpLane, handOver, type OutboundOptions } from "./outbound";
import { takeMessages } from "./take-bundles";
import { takeReceipts } from "./take-receipts";

/** Longer than a post may take, and than a busy recipient needs to store a full window. */
const RECEIPT_MS = 15_000;
/** Jobs of a queue that are worked on side by side. */
const BUNDLES_AT_ONCE = 4;
const LOCK_MS = 15_000;
const PREPARE_MS = 2000;
/** Loops that handle any message, beside the one for what is urgent. */
const HANDLING_LOOPS = 2;

export interface CourierOptions {
  /** What several sidecars share; null: all goes by HTTP. Closed by the caller, after the courier. */
  broker: SharedBroker | null;
  handlers: MessageHandlers;
  /** A receipt is overdue after so many milliseconds. */
  receiptMs?: number;
}

export interface Courier {
  status(): ProcessStatus;
  /** Begins nothing any more, and waits for what runs. What is not done is done by the next one. */
  stop(): Promise<void>;
}

const AGAIN = 0;
const whenWoken = (isMore: boolean): number | null => (isMore ? AGAIN : null);

/**
 * Delivers our messages and handles those of others, as docs/cooperation.md says. Any number of couriers
 * may run on one database.
 */
export function startCourier(root: Root, options: CourierOptions): Courier {
  const ctx = systemContext(root, "courier");
  const { log, settings } = root;
  const shared = new SharedBrokerTaker(root, options.broker);
  const onMoved = createAnnouncer(root);
  const outbound: OutboundOptions = {
    onMoved,
    ...{ ctx, brokerId: brokerIdOf(settings), receiptMs: options.receiptMs ?? RECEIPT_MS },
    ...{ silenceCountedAt: new Map(), broker: options.broker },
  };
  const inbound = { ctx, onMoved, handlers: options.handlers };
  const loop = (name: string, turn: () => Promise<number | null>) => startLoop(log, { name, turn });
  const http = new HttpLane(outbound, () => posting.wake());
  const posting = loop("post", async () => whenWoken(await http.turn()));
  const handingOver = [true, false].map((isUrgent) =>
    loop(isUrgent ? "hand over urgent" : "hand over", async () =>
      whenWoken(shared.isPrepared && (await handOver(outbound, { isUrgent }))),
    ),
  );
  const handling = [true, ...Array(HANDLING_LOOPS).fill(false)].map((isUrgent: boolean) =>
    loop(isUrgent ? "handle urgent" : "handle", () => handleDue(inbound, { isUrgent })),
  );
  const sides: Record<CourierSide, Loop[]> = {
    outbound: [posting, ...handingOver],
    inbound: [...handling, loop("expire", () => buryExpired(inbound))],
  };
  const listening = listen(root, sides);
  const loops = [...sides.outbound, ...sides.inbound];
  const wakeHandingOver = () => {
    for (const each of handingOver) each.wake();
  };
  shared.start({ ctx, onMoved, onReceived: wakeHandingOver }, wakeHandingOver);
  return {
    status: () => statusOf({ isWorking: loops.every((each) => each.isReady()), shared }),
    async stop() {
      const stopped = Promise.all([...loops.map((each) => each.stop()), shared.stop()]);
      await http.stop();
      await stopped;
      await (await listening)?.unlisten();
    },
  };
}

/** Wakes the loops of a side when messages have come to be there, or when the connection is new. */
function listen({ db, log }: Root, sides: Record<CourierSide, Loop[]>) {
  const wake = (side: string) => {
    const loops = side === "inbound" || side === "outbound" ? sides[side] : [];
    for (const each of loops) each.wake();
  };
  return db.$client
    .listen(MESSAGES_CHANNEL, wake, () => {
      wake("inbound");
      wake("outbound");
    })
    .catch((error: unknown) => {
      log.warn({ err: error }, "not listening for messages; polling alone finds them");
      return null;
    });
}

/** Takes messages and receipts from the shared broker, as soon as it can be used. */
class SharedBrokerTaker {
  isPrepared = false;
  private consumers: Consumer[] = [];
  private isStopping = false;
  private preparing = Promise.resolve();
  private endPause = () => {};

  constructor(
    private readonly root: Root,
    readonly broker: SharedBroker | null,
  ) {}

  start(options: Parameters<typeof takeReceipts>[0], onPrepared: () => void): void {
    const { broker } = this;
    if (broker === null) return;
    this.preparing = this.prepare(broker).then(() => {
      if (this.isStopping) return;
      const { AGENT_ID } = this.root.settings;
      const load = { concurrency: BUNDLES_AT_ONCE, lockMs: LOCK_MS };
      this.consumers = [
        broker.consume(messagesQueue(AGENT_ID), load, (job) =>
          takeMessages({ ...options, broker }, job),
        ),
        broker.consume(receiptsQueue(AGENT_ID), load, (job) => takeReceipts(options, job)),
      ];
      this.isPrepared = true;
      onPrepared();
    });
  }

  isTaking(): boolean {
    if (this.broker === null) return true;
    return this.isPrepared && this.consumers.every((consumer) => consumer.isReady());
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    this.endPause();
    await this.preparing;
    await Promise.all(this.consumers.map((consumer) => consumer.close()));
  }

  private async prepare(broker: SharedBroker): Promise<void> {
    for (let isTold = false; !this.isStopping; isTold = true) {
      try {
        return await broker.prepare();
      } catch (error) {
        if (!isTold) {
          this.root.log.warn(
            { err: error },
            "the broker of messages does not answer; trying again",
          );
        }
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, PREPARE_MS);
          this.endPause = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  }
}

/** A broker that does not answer is its own fault: what goes by HTTP is delivered all the same. */
function statusOf(seen: { isWorking: boolean; shared: SharedBrokerTaker }): ProcessStatus {
  const { isWorking, shared } = seen;
  const messages = isWorking
    ? "Messages are delivered and handled."
    : "The database does not answer.";
  const broker =
    shared.broker === null
      ? "None: messages go by HTTP."
      : shared.isTaking()
        ? `Messages are taken (${shared.broker.kind}).`
        : `The broker (${shared.broker.kind}) does not answer.`;
  return {
    is_ready: isWorking,
    parts: {
      messages: { is_ready: isWorking, detail: messages },
      broker: { is_ready: shared.isTaking(), detail: broker },
    },
  };
}
