import { sql } from "drizzle-orm";
import type { Database, Transaction } from "@/server/platform";

/** What couriers listen on. */
export const MESSAGES_CHANNEL = "sidecar_messages";
/** Which side of a courier has something to do. */
export type CourierSide = "outbound" | "inbound";

/** Wakes the couriers; given a transaction, when it is committed, so that its rows can be read. */
export async function wakeCouriers(db: Database | Transaction, side: CourierSide): Promise<void> {
  await db.execute(sql`select pg_notify(${MESSAGES_CHANNEL}, ${side})`);
}
