import { fileURLToPath } from "node:url";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import { migrateQueueStore } from "../broker/migrate-store";
import { closeDatabase, openDatabase } from "../db";

/**
 * Brings the database at `url` to the newest schema, the queue's own (`bullmq`) included; already
 * applied migrations are skipped.
 */
export async function migrateDatabase(url: string): Promise<void> {
  const db = openDatabase(url, 1);
  try {
    await migrate(db, {
      migrationsFolder: fileURLToPath(new URL("../../../drizzle/migrations", import.meta.url)),
    });
  } finally {
    await closeDatabase(db);
  }
  await migrateQueueStore(url);
}
