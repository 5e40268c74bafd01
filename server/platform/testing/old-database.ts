import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import { z } from "zod";
import { createDatabase, type TestDatabase } from "./test-database";

const MIGRATIONS = "drizzle/migrations";
const Journal = z.looseObject({ entries: z.array(z.looseObject({ tag: z.string() })) });

/** An empty database as the migrations up to this one left it, as an older release has it. */
export async function createOldDatabase(lastMigration: string): Promise<TestDatabase> {
  const database = await createDatabase({ connectionsMax: 5 });
  const folder = await mkdtemp(join(tmpdir(), "sidecar-migrations-"));
  try {
    await cp(MIGRATIONS, folder, { recursive: true });
    const file = join(folder, "meta", "_journal.json");
    const journal = Journal.parse(JSON.parse(await readFile(file, "utf8")));
    const last = journal.entries.findIndex(({ tag }) => tag === lastMigration);
    if (last < 0) throw new Error(`There is no migration ${lastMigration}.`);
    const entries = journal.entries.slice(0, last + 1);
    await writeFile(file, JSON.stringify({ ...journal, entries }));
    await migrate(database.db, { migrationsFolder: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return database;
}
