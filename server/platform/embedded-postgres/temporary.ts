import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { closedAncestors, type PostgresAccount, postgresAccount } from "./account";
import { initialiseCluster, postgresCommand, postgresUrl } from "./cluster";
import { postgresPrograms } from "./programs";
import { waitForPostgres } from "./running";

/** A port of 127.0.0.1 that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

export interface TemporaryPostgres {
  /** Connection URL of a database of this server. */
  urlOf(name: string): string;
  /** Ended without warning, and started again on the same port with what was committed. */
  crash(): Promise<void>;
  /** Stops the server and deletes its files. */
  stop(): Promise<void>;
}

/** A private temporary folder; TMPDIR may lie in a folder that is closed to the account. */
function temporaryFolder(account: PostgresAccount): string {
  const isOpen = (folder: string) =>
    closedAncestors(path.join(folder, "any"), account).length === 0;
  const parent = [os.tmpdir(), "/tmp"].find(isOpen) ?? os.tmpdir();
  const folder = mkdtempSync(path.join(parent, "sidecar-postgres-"));
  // mkdtemp makes it private; the account of the server must be able to pass through.
  chmodSync(folder, 0o711);
  return folder;
}

/** A throw-away server (without fsync, unless it is to be durable) in a folder of its own under the system's temporary folder. */
export async function startTemporaryPostgres({
  isDurable = false,
}: {
  isDurable?: boolean;
} = {}): Promise<TemporaryPostgres> {
  const account = postgresAccount();
  const programs = postgresPrograms(account);
  const root = temporaryFolder(account);
  const dir = path.join(root, "cluster");
  const password = randomBytes(18).toString("base64url");
  const port = await freePort();
  await initialiseCluster({ dir, password, programs, account, isDurable });
  const { file, args } = postgresCommand({ dir, port, programs, account, isDurable });
  const urlOf = (name: string) => postgresUrl(port, password, name);
  const start = async () => {
    const child = spawn(file, args, { ...account, cwd: dir, stdio: "ignore" });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    await waitForPostgres(urlOf("postgres"), 30, () => child.exitCode !== null);
    return { child, ended };
  };
  let server = await start();
  // Immediate shutdown: nothing is written any more.
  const end = async () => {
    server.child.kill("SIGQUIT");
    await server.ended;
  };
  return {
    urlOf,
    async crash() {
      await end();
      server = await start();
    },
    async stop() {
      await end();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
