import path from "node:path";
import {
  assertReachable,
  clearLeftover,
  initialiseCluster,
  postgresAccount,
  postgresAnswers,
  postgresBinaries,
  postgresCommand,
  postgresUrl,
} from "@/server/platform/embedded-postgres";
import { ensureSecrets, writeSecrets } from "@/server/platform/installation";
import type { ChildSpec } from "./child-spec";
import { keptOrFreePort } from "./ports";
import { report } from "./progress";

/** How to run a cluster that is ready to be started. */
function postgresSpec(dir: string, port: number, adminUrl: string): ChildSpec {
  const binaries = postgresBinaries();
  const command = postgresCommand({
    dir,
    port,
    binaries,
    account: postgresAccount(),
    isDurable: true,
  });
  return {
    role: "postgres",
    label: "The database (PostgreSQL)",
    ...command,
    // Nothing of ours: the database's account has no business with our secrets.
    env: { LC_ALL: "C" },
    hasLeash: false,
    // SIGINT: roll back what runs, write everything, end. (SIGTERM would wait for clients.)
    stopSignal: "SIGINT",
    isReady: () => postgresAnswers(adminUrl),
    readySecondsMax: 60,
  };
}

/**
 * Prepares the embedded cluster in `<data dir>/postgres`: creates it once, clears what a killed
 * run left, keeps its port. Throws `misconfigured` with what to do.
 */
export async function prepareEmbeddedPostgres(
  dataDir: string,
): Promise<{ spec: ChildSpec; urlOf(name: string): string }> {
  const dir = path.join(dataDir, "postgres");
  const account = postgresAccount();
  const binaries = postgresBinaries();
  assertReachable("its programs", binaries.postgres, account);
  assertReachable("its data", dir, account);
  const secrets = ensureSecrets(dataDir);
  const password = secrets.postgres_password;
  await initialiseCluster({ dir, password, binaries, account, isDurable: true });
  const leftover = await clearLeftover(dir);
  if (leftover === "stopped") report("stopped the database a killed run had left");
  const port = await keptOrFreePort(secrets.postgres_port);
  if (port !== secrets.postgres_port) writeSecrets(dataDir, { ...secrets, postgres_port: port });
  const urlOf = (name: string) => postgresUrl(port, password, name);
  return { spec: postgresSpec(dir, port, urlOf("postgres")), urlOf };
}
