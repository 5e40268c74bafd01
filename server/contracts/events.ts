import { z } from "zod";

/** What travels on the bus: ids only; readers load the row. */
export const BusEvent = z.discriminatedUnion("topic", [
  z.object({ topic: z.literal("suggestion"), id: z.string() }),
  z.object({ topic: z.literal("operation"), id: z.string(), suggestion_id: z.string() }),
  z.object({ topic: z.literal("product"), id: z.string() }),
  /** A data product was connected, disconnected, paused or resumed. */
  z.object({ topic: z.literal("connection"), id: z.string() }),
  z.object({ topic: z.literal("model"), id: z.string() }),
  z.object({ topic: z.literal("conversation"), id: z.string() }),
  /** A message came, went or was given up; `id` is its record's, or `*` for several at once. */
  z.object({ topic: z.literal("message"), id: z.string() }),
  /** The directory of agents changed. */
  z.object({ topic: z.literal("directory"), id: z.string() }),
  /** Notifications were made, or a delivery of one changed; `id` is the notification's. */
  z.object({ topic: z.literal("notification"), id: z.string() }),
  /** The policy changed, or the emergency stop (`stop`). */
  z.object({ topic: z.literal("policy"), id: z.string() }),
  /** Somebody may do less than before: a session ended, a key or token was revoked, roles changed. */
  z.object({ topic: z.literal("identity"), id: z.string() }),
]);
export type BusEvent = z.infer<typeof BusEvent>;
