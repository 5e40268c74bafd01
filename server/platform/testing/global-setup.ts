import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { closeDatabase, openDatabase } from "../db";
import { startTemporaryPostgres } from "../embedded-postgres";

export const TEMPLATE = "sidecar_template";

declare module "vitest" {
  interface ProvidedContext {
    /** Connection URL of the run's server, database `postgres`. */
    postgresAdminUrl: string;
  }
}

/** One real PostgreSQL for the whole run, with a migrated template that suites clone. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTemporaryPostgres();
  try {
    const admin = postgres(server.urlOf("postgres"), { max: 1, onnotice: () => {} });
    await admin.unsafe(`CREATE DATABASE ${TEMPLATE}`);
    await admin.end();
    const template = openDatabase(server.urlOf(TEMPLATE), 1);
    await migrate(template, { migrationsFolder: "drizzle/migrations" });
    await closeDatabase(template);
    project.provide("postgresAdminUrl", server.urlOf("postgres"));
  } catch (error) {
    await server.stop();
    throw error;
  }
  return () => server.stop();
}
