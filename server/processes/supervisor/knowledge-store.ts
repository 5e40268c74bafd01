import postgres from "postgres";
import { AppError, setEnv } from "@/server/platform";
import { postgresAnswers } from "@/server/platform/embedded-postgres";
import { migrateDatabase } from "@/server/platform/migrations";
import { report } from "./console";
import { prepareEmbeddedPostgres } from "./postgres-role";
import type { Settings } from "./settings";
import type { Supervisor } from "./supervisor";

const DATABASE = "sidecar";

async function createDatabaseOnce(adminUrl: string): Promise<void> {
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    const found = await admin`select 1 from pg_database where datname = ${DATABASE}`;
    if (found.length === 0) await admin.unsafe(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await admin.end();
  }
}

async function startEmbedded(supervisor: Supervisor, dataDir: string): Promise<string> {
  const { spec, urlOf } = await prepareEmbeddedPostgres(dataDir);
  await supervisor.start(spec);
  await createDatabaseOnce(urlOf("postgres"));
  return urlOf(DATABASE);
}

async function assertExternal(url: string): Promise<string> {
  const { host, pathname } = new URL(url);
  if (await postgresAnswers(url)) return url;
  throw new AppError(
    "misconfigured",
    `The database ${host}${pathname} of DATABASE_URL does not answer, or refuses this user. ` +
      "Check that it runs and that address, user and password are right; or unset DATABASE_URL.",
  );
}

/** Makes the knowledge store reachable and migrated, and DATABASE_URL known to every process. */
export async function openKnowledgeStore(
  supervisor: Supervisor,
  settings: Settings,
): Promise<void> {
  const url = settings.hasEmbeddedDatabase
    ? await startEmbedded(supervisor, settings.dataDir)
    : await assertExternal(settings.env.DATABASE_URL);
  setEnv({ DATABASE_URL: url });
  supervisor.assertNotStopping();
  await migrateDatabase(url);
  report("the database has the newest schema");
}
