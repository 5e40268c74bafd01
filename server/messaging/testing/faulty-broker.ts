import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Offer, SharedBroker } from "@/server/platform/broker";

/** Shares of what is handed over, and the longest delay. */
const DROPPED = 0.08;
const REPEATED = 0.08;
const DELAYED = 0.15;
const DELAY_MS_MAX = 2000;

const Bundle = z.object({ messages: z.array(z.unknown()) });

/** A broker that drops, repeats, delays and so reorders single messages, and receipts, as `random` has it. */
export function faultyBroker(broker: SharedBroker, random: () => number): SharedBroker {
  const copy = (offer: Offer, data: unknown): Offer[] => {
    const fate = random();
    const once = (delayMs = 0): Offer => ({ ...offer, id: randomUUID(), data, delayMs });
    if (fate < DROPPED) return [];
    if (fate < DROPPED + REPEATED) return [once(), once(random() * DELAY_MS_MAX)];
    return [once(fate < DROPPED + REPEATED + DELAYED ? random() * DELAY_MS_MAX : 0)];
  };
  const pieces = (offer: Offer): Offer[] => {
    const bundle = Bundle.safeParse(offer.data);
    if (!bundle.success) return copy(offer, offer.data);
    return bundle.data.messages.flatMap((message) => copy(offer, { messages: [message] }));
  };
  return {
    ...broker,
    add: async (queue, offers) => {
      const given = offers.flatMap(pieces);
      if (given.length > 0) await broker.add(queue, given);
    },
  };
}
