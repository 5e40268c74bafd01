import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { inject } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../db";
import { TEMPLATE } from "./global-setup";

export interface TestDatabase {
  db: Database;
  /** Connection URL, for code that opens its own pool. */
  url: string;
  /** Closes `db` and drops the database, with whoever is still connected. */
  drop(): Promise<void>;
}

async function asAdmin(statement: string): Promise<void> {
  const admin = postgres(inject("postgresAdminUrl"), { max: 1, onnotice: () => {} });
  try {
    await admin.unsafe(statement);
  } finally {
    await admin.end();
  }
}

/** A fresh, migrated, empty database of the run's server; call drop() when the suite is done. */
export const createTestDatabase = (): Promise<TestDatabase> =>
  createDatabase({ template: TEMPLATE, connectionsMax: 10 });

/** A database of the run's server, made from a template or empty. */
export async function createDatabase({
  template,
  connectionsMax,
}: {
  template?: string;
  connectionsMax: number;
}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdmin(`CREATE DATABASE ${name}${template === undefined ? "" : ` TEMPLATE ${template}`}`);
  const url = new URL(inject("postgresAdminUrl"));
  url.pathname = `/${name}`;
  const db = openDatabase(url.href, connectionsMax);
  return {
    db,
    url: url.href,
    async drop() {
      await closeDatabase(db);
      await asAdmin(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
