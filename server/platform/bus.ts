import { sql } from "drizzle-orm";
import type { Sql } from "postgres";
import { BusEvent } from "@/server/contracts";
import type { Database, Transaction } from "./db";

const CHANNEL = "sidecar_events";

/** Delivers ids to every process; a lost event costs latency, never truth (Postgres owns that). */
export interface Bus {
  /** Calls back for every event until the returned function is called. */
  subscribe(listener: (event: BusEvent) => void): Promise<() => Promise<void>>;
}

/** The bus on Postgres LISTEN/NOTIFY (payload limit 8 000 bytes: ids only). */
export function createPostgresBus(client: Sql): Bus {
  return {
    async subscribe(listener) {
      let isWanted = true;
      const listening = client.listen(CHANNEL, (payload) => {
        const parsed = BusEvent.safeParse(JSON.parse(payload));
        if (parsed.success && isWanted) listener(parsed.data);
      });
      const { unlisten } = await listening.catch((error: unknown) => {
        // postgres.js listens again when the database is back, for those too who were told that it failed.
        isWanted = false;
        throw error;
      });
      return unlisten;
    },
  };
}

/**
 * Tells every process that something changed. Given a transaction, PostgreSQL delivers it after the
 * commit, equal events of one transaction once, and none after a rollback.
 */
export async function publish(db: Database | Transaction, event: BusEvent): Promise<void> {
  await db.execute(sql`select pg_notify(${CHANNEL}, ${JSON.stringify(event)})`);
}
