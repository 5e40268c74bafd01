import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import { migrateQueueStore } from "../broker/migrate-store";
import { closeDatabase, openDatabase } from "../db";

export { type MigrationState, readDatabaseState } from "./database-state";

/** Held while migrations are applied: of several processes that start at once, one applies them. */
const LOCK = 7_238_415;

/**
 * Brings the database at `url` to the newest schema, the queue's own (`bullmq`) included; already
 * applied migrations are skipped. Several processes may call it at once.
 */
export async function migrateDatabase(url: string): Promise<void> {
  const db = openDatabase(url, 1);
  try {
    // Of the one connection that `db` has; it ends with that.
    await db.execute(sql`select pg_advisory_lock(${LOCK})`);
    await migrate(db, {
      migrationsFolder: fileURLToPath(new URL("../../../drizzle/migrations", import.meta.url)),
    });
    await migrateQueueStore(url);
  } finally {
    await closeDatabase(db);
  }
}
