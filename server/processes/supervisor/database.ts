import postgres from "postgres";
import { AppError } from "@/server/platform";
import {
  clearLeftover,
  initialiseCluster,
  placeCluster,
  postgresAccount,
  postgresAnswers,
  postgresCommand,
  postgresPrograms,
  postgresUrl,
} from "@/server/platform/embedded-postgres";
import { ensureSecrets, writeSecrets } from "@/server/platform/installation";
import { migrateDatabase } from "@/server/platform/migrations";
import type { ChildSpec } from "./child-process";
import { report } from "./console";
import { resolvePort } from "./ports";
import { type Settings, shareValues } from "./settings";
import type { Supervisor } from "./supervisor";

/** The start reports where the data is when that is not the data folder, and data nobody uses. */
function reportPlace({
  dir,
  isOutside,
  abandoned,
}: Awaited<ReturnType<typeof placeCluster>>): void {
  if (isOutside) report(`the database's files are in ${dir}, which PostgreSQL's user can reach`);
  for (const { dir, dataDir } of abandoned) {
    report(
      `${dir} holds a database that ${dataDir} no longer uses. Put it back with its secrets.json ` +
        `(ln -s ${dir} ${dataDir}/postgres), or delete it: rm -rf ${dir} ${dir}.json`,
    );
  }
}

/**
 * Prepares the embedded cluster of a data folder: creates it once, clears what a killed run left,
 * keeps its port. Throws `misconfigured` with what to do.
 */
async function prepareEmbeddedPostgres(
  dataDir: string,
): Promise<{ spec: ChildSpec; urlOf(name: string): string }> {
  const account = postgresAccount();
  const programs = postgresPrograms(account);
  const secrets = ensureSecrets(dataDir);
  const place = await placeCluster(dataDir, account);
  reportPlace(place);
  const { dir } = place;
  const password = secrets.postgres_password;
  await initialiseCluster({ dir, password, programs, account, isDurable: true });
  const leftover = await clearLeftover(dir);
  if (leftover === "stopped") report("stopped the database a killed run had left");
  const port = await resolvePort(secrets.postgres_port);
  if (port !== secrets.postgres_port) writeSecrets(dataDir, { ...secrets, postgres_port: port });
  const urlOf = (name: string) => postgresUrl(port, password, name);
  const command = postgresCommand({ dir, port, programs, account, isDurable: true });
  return { spec: postgresSpec(command, urlOf("postgres")), urlOf };
}

function postgresSpec(command: ReturnType<typeof postgresCommand>, adminUrl: string): ChildSpec {
  return {
    role: "postgres",
    label: "The database (PostgreSQL)",
    ...command,
    // Nothing of ours: the database's account has no business with our secrets.
    env: { LC_ALL: "C" },
    hasWatchdog: false,
    // SIGINT: roll back what runs, write everything, end. (SIGTERM would wait for clients.)
    stopSignal: "SIGINT",
    isReady: () => postgresAnswers(adminUrl),
    readySecondsMax: 60,
  };
}

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

/** Starts the embedded cluster of a data folder. Answers the URL of each of its databases. */
export async function startCluster(
  supervisor: Supervisor,
  dataDir: string,
): Promise<(name: string) => string> {
  const { spec, urlOf } = await prepareEmbeddedPostgres(dataDir);
  await supervisor.start(spec);
  return urlOf;
}

async function startEmbedded(supervisor: Supervisor, dataDir: string): Promise<string> {
  const urlOf = await startCluster(supervisor, dataDir);
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

/**
 * Makes the knowledge store reachable and migrated. Answers the settings with its DATABASE_URL, which
 * every process started from now on has too.
 */
export async function openKnowledgeStore(
  supervisor: Supervisor,
  settings: Settings,
): Promise<Settings> {
  const url = settings.hasEmbeddedDatabase
    ? await startEmbedded(supervisor, settings.dataDir)
    : await assertExternal(settings.env.DATABASE_URL);
  supervisor.assertNotStopping();
  await migrateDatabase(url);
  report("the database has the newest schema");
  return shareValues(settings, { DATABASE_URL: url });
}
