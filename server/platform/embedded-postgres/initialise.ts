import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { AppError } from "../errors";
import type { PostgresAccount } from "./account";
import type { PostgresBinaries } from "./binaries";

const run = promisify(execFile);

const POSTGRES_USER = "sidecar";

export interface ClusterOptions {
  /** The cluster's folder; its parent must exist or be creatable. */
  dir: string;
  password: string;
  binaries: PostgresBinaries;
  account: PostgresAccount;
  /** false: a throw-away cluster that need not survive a power cut. */
  isDurable: boolean;
}

/** True when `dir` holds a cluster that initdb finished. */
function isInitialised(dir: string): boolean {
  return existsSync(path.join(dir, "PG_VERSION")) && existsSync(path.join(dir, "sidecar.ready"));
}

function writePasswordFile(options: ClusterOptions): string {
  const file = `${options.dir}.password`;
  rmSync(file, { force: true });
  writeFileSync(file, `${options.password}\n`, { mode: 0o600 });
  if (options.account !== null) chownSync(file, options.account.uid, options.account.gid);
  return file;
}

function prepareFolder({ dir, account }: ClusterOptions): void {
  // A folder without our mark is what an interrupted initdb left: it holds no data yet.
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (account !== null) chownSync(dir, account.uid, account.gid);
}

/**
 * Creates the cluster unless it exists: UTF-8, password authentication (SCRAM) for everybody.
 * Throws `misconfigured` with what initdb said.
 */
export async function initialiseCluster(options: ClusterOptions): Promise<void> {
  if (isInitialised(options.dir)) return;
  prepareFolder(options);
  const passwordFile = writePasswordFile(options);
  const flags = [
    `--pgdata=${options.dir}`,
    `--username=${POSTGRES_USER}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    ...(options.isDurable ? [] : ["--no-sync"]),
  ];
  try {
    await run(options.binaries.initdb, flags, { ...options.account, cwd: options.dir });
    writeFileSync(path.join(options.dir, "sidecar.ready"), "");
  } catch (cause) {
    const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr) : String(cause);
    throw new AppError("misconfigured", `PostgreSQL could not be set up: ${said.trim()}`, {
      cause,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}
