import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Offer, SharedBroker } from "@/server/platform/broker";

/** Shares of what is handed over, and the longest delay. */
const DROPPED = 0.08;
const REPEATED = 0.08;
const DELAYED = 0.15;
const DELAY_MS_MAX = 2000;

const Bundle = z.object({ messages: z.array(z.unknown()) });

/** Copies of what was handed over that arrive together: so late, 0 is at once. */
interface Arrival {
  delayMs: number;
  messages: unknown[];
}

/** A broker that kills this process when something is handed over: just before, or just after. */
export function dyingBroker(broker: SharedBroker, when: "before" | "after"): SharedBroker {
  return {
    ...broker,
    add: async (queue, offers) => {
      if (when === "after") await broker.add(queue, offers);
      process.kill(process.pid, "SIGKILL");
      await new Promise(() => {});
    },
  };
}

/**
 * A broker that drops, repeats, delays and so reorders single messages, and receipts, as `random` has it. Those of
 * a bundle that meet the same fate stay together, as a job for each message would be a load of its own.
 */
export function faultyBroker(broker: SharedBroker, random: () => number): SharedBroker {
  function arrivals(messages: readonly unknown[]): Arrival[] {
    const late = () => Math.ceil(random() * DELAY_MS_MAX);
    const atOnce: Arrival = { delayMs: 0, messages: [] };
    const repeats: Arrival = { delayMs: late(), messages: [] };
    const delayed: Arrival = { delayMs: late(), messages: [] };
    for (const message of messages) {
      const fate = random();
      if (fate < DROPPED) continue;
      if (fate < DROPPED + REPEATED) repeats.messages.push(message);
      if (fate >= DROPPED + REPEATED && fate < DROPPED + REPEATED + DELAYED) {
        delayed.messages.push(message);
      } else atOnce.messages.splice(Math.floor(random() * atOnce.messages.length), 0, message);
    }
    return [atOnce, repeats, delayed].filter((arrival) => arrival.messages.length > 0);
  }
  function meet(offer: Offer): Offer[] {
    const bundle = Bundle.safeParse(offer.data);
    const given = bundle.success ? bundle.data.messages : [offer.data];
    return arrivals(given).flatMap(({ delayMs, messages }): Offer[] => {
      const copies = bundle.success ? [{ messages }] : messages;
      return copies.map((data) => ({ ...offer, id: randomUUID(), data, delayMs }));
    });
  }
  return {
    ...broker,
    add: async (queue, offers) => {
      const given = offers.flatMap(meet);
      if (given.length > 0) await broker.add(queue, given);
    },
  };
}
