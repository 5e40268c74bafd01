import { z } from "zod";

/** What travels on the bus: ids only; readers load the row. */
export const BusEvent = z.discriminatedUnion("topic", [
  z.object({ topic: z.literal("suggestion"), id: z.string() }),
  z.object({ topic: z.literal("operation"), id: z.string(), suggestion_id: z.string() }),
  z.object({ topic: z.literal("product"), id: z.string() }),
  z.object({ topic: z.literal("model"), id: z.string() }),
  /** Somebody may do less than before: a session ended, a key or token was revoked, roles changed. */
  z.object({ topic: z.literal("identity"), id: z.string() }),
]);
export type BusEvent = z.infer<typeof BusEvent>;
