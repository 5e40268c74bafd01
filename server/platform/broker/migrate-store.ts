import { runMigrations } from "bullmq";
import pg from "pg";

/** Makes the queue's own schema (`bullmq`) in a PostgreSQL database, or brings it up to date. Safe to repeat. */
export async function migrateQueueStore(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}
