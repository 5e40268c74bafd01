import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { startTemporaryPostgres } from "../embedded-postgres";
import { migrateDatabase } from "../migrations";

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
    await migrateDatabase(server.urlOf(TEMPLATE));
    project.provide("postgresAdminUrl", server.urlOf("postgres"));
  } catch (error) {
    await server.stop();
    throw error;
  }
  return () => server.stop();
}
