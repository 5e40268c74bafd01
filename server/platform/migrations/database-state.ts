import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import type { Database } from "../db";

const JOURNAL = new URL("../../../drizzle/migrations/meta/_journal.json", import.meta.url);

/** How the schema of a database compares with this program's migrations. */
export interface MigrationState {
  /** Migrations that are not applied yet, in order. */
  pending: string[];
  /** The newest applied one is of a later version than this program. */
  isNewer: boolean;
}

interface DatabaseState extends MigrationState {
  /** Major version of PostgreSQL. */
  version: number;
  answeredMs: number;
  /** How far our clock is ahead of the database's, to within half of `answeredMs`. */
  clockAheadMs: number;
}

function ownMigrations(): { tag: string; when: number }[] {
  const journal: { entries: { tag: string; when: number }[] } = JSON.parse(
    readFileSync(fileURLToPath(JOURNAL), "utf8"),
  );
  return journal.entries;
}

/** Drizzle applies what is younger than the newest applied one; so is it counted here. */
async function readMigrations(db: Database): Promise<MigrationState> {
  const own = ownMigrations();
  const [found] = await db.execute<{ name: string | null }>(
    sql`select to_regclass('drizzle.__drizzle_migrations')::text as name`,
  );
  if (found?.name == null) return { pending: own.map(({ tag }) => tag), isNewer: false };
  const [applied] = await db.execute<{ newest: number }>(
    sql`select coalesce(max(created_at), 0)::float8 as newest from drizzle.__drizzle_migrations`,
  );
  const newest = applied?.newest ?? 0;
  return {
    pending: own.filter(({ when }) => when > newest).map(({ tag }) => tag),
    isNewer: newest > (own.at(-1)?.when ?? 0),
  };
}

/** What a database is, and whether this program can work with it. Needs no schema there. */
export async function readDatabaseState({
  ctx: { db },
}: {
  ctx: { db: Database };
}): Promise<DatabaseState> {
  // The first call connects, which would count as a difference of the clocks.
  const migrations = await readMigrations(db);
  const before = Date.now();
  const [row] = await db.execute<{ version: number; now: number }>(
    sql`select current_setting('server_version_num')::int / 10000 as version,
               extract(epoch from clock_timestamp())::float8 * 1000 as now`,
  );
  const after = Date.now();
  const { version = 0, now = after } = row ?? {};
  return {
    version,
    answeredMs: after - before,
    clockAheadMs: (before + after) / 2 - now,
    ...migrations,
  };
}
