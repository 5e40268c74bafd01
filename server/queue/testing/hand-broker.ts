import type { Broker, Delivery, Next } from "@/server/platform/broker";

type Handle = (delivery: Delivery) => Promise<Next>;

/** A broker of one consumer that delivers when it is told to: time passes as a test wants it. */
export class HandBroker implements Broker {
  readonly kind = "postgres";
  handle: Handle | null = null;
  async add() {}
  async schedule() {}
  consume(_queue: string, _options: unknown, handle: Handle) {
    this.handle = handle;
    return { isReady: () => true, close: async () => {} };
  }
  async ping() {}
  async close() {}
}
