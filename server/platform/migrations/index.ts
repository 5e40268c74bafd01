import { fileURLToPath } from "node:url";
import { runMigrations } from "bullmq";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import pg from "pg";
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
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}
