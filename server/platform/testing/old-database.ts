import { randomBytes } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import { inject } from "vitest";
import { z } from "zod";
import { closeDatabase, openDatabase } from "../db";
import { asAdmin, type TestDatabase } from "./test-database";

const MIGRATIONS = "drizzle/migrations";
const Journal = z.looseObject({ entries: z.array(z.looseObject({ tag: z.string() })) });

/** An empty database as the migrations up to this one left it, as an older release has it. */
export async function createOldDatabase(lastMigration: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdmin(`CREATE DATABASE ${name}`);
  const url = new URL(inject("postgresAdminUrl"));
  url.pathname = `/${name}`;
  const db = openDatabase(url.href, 5);
  const folder = await mkdtemp(join(tmpdir(), "sidecar-migrations-"));
  try {
    await cp(MIGRATIONS, folder, { recursive: true });
    const file = join(folder, "meta", "_journal.json");
    const journal = Journal.parse(JSON.parse(await readFile(file, "utf8")));
    const last = journal.entries.findIndex(({ tag }) => tag === lastMigration);
    if (last < 0) throw new Error(`There is no migration ${lastMigration}.`);
    const entries = journal.entries.slice(0, last + 1);
    await writeFile(file, JSON.stringify({ ...journal, entries }));
    await migrate(db, { migrationsFolder: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return {
    db,
    url: url.href,
    async drop() {
      await closeDatabase(db);
      await asAdmin(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
