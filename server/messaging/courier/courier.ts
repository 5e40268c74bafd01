import type { ProcessStatus } from "@/server/contracts";
import { type Root, systemContext } from "@/server/platform";
import type { Consumer, Delivery, SharedBroker } from "@/server/platform/broker";
import { brokerIdOf } from "@/server/registry";
import type { MessageHandlers } from "../handlers";
import { COURIER_WORK, type CourierWork, courierWorkOf, MESSAGES_CHANNEL } from "../wake-couriers";
import { createAnnouncer } from "./announcer";
import { askAboutDue } from "./ask-model";
import { messagesQueue, receiptsQueue, urgentQueue } from "./bundles";
import { HandingOver } from "./handing-over";
import { Handling } from "./handling";
import { buryExpired } from "./inbound";
import { startLoop } from "./loop";
import { HttpLane } from "./outbound";
import { ContactTimes } from "./peers";
import { takeMessages } from "./take-bundles";
import { takeReceipts } from "./take-receipts";

/** Jobs of a queue that are worked on side by side: enough to have work while others wait for the database. */
const BUNDLES_AT_ONCE = 2;
/** Small ones. */
const URGENT_AT_ONCE = 4;
const LOCK_MS = 15_000;
const PREPARE_MS = 2000;

export interface CourierOptions {
  /** What several sidecars share; null: all goes by HTTP. Closed by the caller, after the courier. */
  broker: SharedBroker | null;
  handlers: MessageHandlers;
  /** Instead of MCP_RECEIPT_SECONDS. */
  receiptMs?: number;
}

export interface Courier {
  status(): ProcessStatus;
  /** Begins nothing any more, and waits for what runs. What is not done is done by the next one. */
  stop(): Promise<void>;
}

const AGAIN = 0;

/**
 * Delivers our messages and handles those of others, as docs/cooperation.md says. Any number of couriers
 * may run on one database.
 */
export function startCourier(root: Root, options: CourierOptions): Courier {
  const ctx = systemContext(root, "courier");
  const { log, settings } = root;
  const shared = new SharedBrokerTaker(root, options.broker);
  const onMoved = createAnnouncer(root);
  const outbound = {
    onMoved,
    ...{
      ctx,
      brokerId: brokerIdOf(settings),
      receiptMs: options.receiptMs ?? settings.MCP_RECEIPT_SECONDS * 1000,
    },
    ...{ silenceCountedAt: new Map<string, number>(), broker: options.broker },
  };
  const http = new HttpLane(outbound, () => posting.wake());
  const posting = startLoop(log, {
    name: "post",
    turn: async () => ((await http.turn()) ? AGAIN : null),
  });
  const handingOver = new HandingOver(log, outbound, () => shared.isPrepared);
  const inbound = { ctx, onMoved, handlers: options.handlers };
  const handling = new Handling(log, inbound);
  const expiring = startLoop(log, { name: "expire", turn: () => buryExpired(inbound) });
  const asking = startLoop(log, { name: "ask model", turn: () => askAboutDue(inbound) });
  const loops = [posting, ...handingOver.loops, ...handling.loops, expiring, asking];
  const wake = (work: CourierWork) => {
    const isUrgent = work.endsWith("urgent");
    if (work === "model") return asking.wake();
    if (work.startsWith("inbound")) return handling.wake({ isUrgent });
    if (http.hasRecipients) posting.wake();
    handingOver.wake({ isUrgent });
  };
  const listening = listen(root, wake);
  shared.start(
    {
      ...{ ctx, onMoved, contacts: new ContactTimes() },
      onReceived: (count) => handingOver.noteReceipts(count),
      onStored: (priorities) => courierWorkOf("inbound", priorities).forEach(wake),
    },
    () => {
      for (const each of handingOver.loops) each.wake();
    },
  );
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

/** Hears of what is to be done as soon as it can be read; of all of it when the connection is new. */
function listen({ db, log }: Root, wake: (work: CourierWork) => void) {
  const heard = (said: string) => {
    const work = COURIER_WORK.find((each) => each === said);
    if (work !== undefined) wake(work);
  };
  return db.$client
    .listen(MESSAGES_CHANNEL, heard, () => COURIER_WORK.forEach(wake))
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

  start(
    options: Parameters<typeof takeReceipts>[0] &
      Omit<Parameters<typeof takeMessages>[0], "broker">,
    onPrepared: () => void,
  ): void {
    const { broker } = this;
    if (broker === null) return;
    this.preparing = this.prepare(broker).then(() => {
      if (this.isStopping) return;
      const { AGENT_ID } = this.root.settings;
      const load = { concurrency: BUNDLES_AT_ONCE, lockMs: LOCK_MS };
      const urgentLoad = { concurrency: URGENT_AT_ONCE, lockMs: LOCK_MS };
      const take = (job: Delivery) => takeMessages({ ...options, broker }, job);
      this.consumers = [
        broker.consume(urgentQueue(AGENT_ID), urgentLoad, take),
        broker.consume(messagesQueue(AGENT_ID), load, take),
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
