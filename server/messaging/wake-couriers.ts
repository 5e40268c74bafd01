import { sql } from "drizzle-orm";
import type { Transaction } from "@/server/platform";

/** What couriers listen on. */
export const MESSAGES_CHANNEL = "sidecar_messages";
/** Which side of a courier has something to do. */
export type CourierSide = "outbound" | "inbound";

/** Wakes the couriers when the transaction is committed, so that its rows can be read. */
export async function wakeCouriers(tx: Transaction, side: CourierSide): Promise<void> {
  await tx.execute(sql`select pg_notify(${MESSAGES_CHANNEL}, ${side})`);
}
