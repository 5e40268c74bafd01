import { fileURLToPath } from "node:url";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import { closeDatabase, openDatabase } from "../db";

/** Brings the database at `url` to the newest schema; already applied migrations are skipped. */
export async function migrateDatabase(url: string): Promise<void> {
  const db = openDatabase(url, 1);
  try {
    await migrate(db, {
      migrationsFolder: fileURLToPath(new URL("../../../drizzle/migrations", import.meta.url)),
    });
  } finally {
    await closeDatabase(db);
  }
}
