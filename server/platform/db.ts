import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "@/drizzle/schema";

export type Database = PostgresJsDatabase<typeof schema> & { $client: postgres.Sql };
/** What a service verb may be handed: the database, or a transaction begun by its caller. */
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

/** A pool on the given URL. Close it with closeDatabase. */
export function openDatabase(url: string, poolMax: number): Database {
  const client = postgres(url, { max: poolMax, onnotice: () => {}, connect_timeout: 10 });
  return drizzle(client, { schema });
}

export async function closeDatabase(db: Database): Promise<void> {
  await db.$client.end({ timeout: 5 });
}

/** True when a statement lost against a unique index (SQLSTATE 23505), however deep it is wrapped. */
export function isUniqueViolation(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && at.code === "23505") return true;
  }
  return false;
}
