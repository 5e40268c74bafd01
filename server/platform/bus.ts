import type { Sql } from "postgres";
import { BusEvent } from "@/server/contracts";

const CHANNEL = "sidecar_events";

/** Delivers ids to every process; a lost event costs latency, never truth (Postgres owns that). */
export interface Bus {
  publish(event: BusEvent): Promise<void>;
  /** Calls back for every event until the returned function is called. */
  subscribe(listener: (event: BusEvent) => void): Promise<() => Promise<void>>;
}

/** The bus on Postgres LISTEN/NOTIFY (payload limit 8 000 bytes: ids only). */
export function createPostgresBus(client: Sql): Bus {
  return {
    async publish(event) {
      await client.notify(CHANNEL, JSON.stringify(event));
    },
    async subscribe(listener) {
      const { unlisten } = await client.listen(CHANNEL, (payload) => {
        const parsed = BusEvent.safeParse(JSON.parse(payload));
        if (parsed.success) listener(parsed.data);
      });
      return unlisten;
    },
  };
}
