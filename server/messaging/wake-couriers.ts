import { sql } from "drizzle-orm";
import type { MessagePriority } from "@/server/contracts";
import type { Database, Transaction } from "@/server/platform";

/** What couriers listen on. */
export const MESSAGES_CHANNEL = "sidecar_messages";
/**
 * What of a courier has something to do: what is urgent has loops of its own on each side; `model`: it is to be
 * asked about a message.
 */
export const COURIER_WORK = [
  ...(["outbound", "outbound urgent", "inbound", "inbound urgent"] as const),
  "model",
] as const;
export type CourierWork = (typeof COURIER_WORK)[number];

/** The work that messages of some priorities are. */
export function courierWorkOf(
  side: "outbound" | "inbound",
  priorities: Iterable<MessagePriority>,
): CourierWork[] {
  const work = [...priorities].map((priority): CourierWork => {
    return priority === "urgent" ? `${side} urgent` : side;
  });
  return [...new Set(work)];
}

/** Wakes the couriers; given a transaction, when it is committed, so that its rows can be read. */
export async function wakeCouriers(
  db: Database | Transaction,
  work: readonly CourierWork[],
): Promise<void> {
  const names = JSON.stringify(work);
  await db.execute(sql`select pg_notify(${MESSAGES_CHANNEL}, work)
    from json_array_elements_text(${names}::text::json) as t(work)`);
}
