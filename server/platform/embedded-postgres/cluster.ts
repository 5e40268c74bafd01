import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { AppError } from "../errors";
import type { PostgresAccount } from "./account";
import type { PostgresPrograms } from "./programs";

const run = promisify(execFile);

const POSTGRES_USER = "sidecar";

export interface ClusterOptions {
  /** The cluster's folder; its parent must exist or be creatable. */
  dir: string;
  password: string;
  programs: PostgresPrograms;
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
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  // A folder without our mark is what an interrupted initdb left: it holds no data yet.
  for (const name of readdirSync(dir)) rmSync(path.join(dir, name), { recursive: true });
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
    await run(options.programs.initdb, flags, { ...options.account, cwd: options.dir });
    // wx: the folder is the account's, which must not choose what root writes to.
    writeFileSync(path.join(options.dir, "sidecar.ready"), "", { flag: "wx" });
  } catch (cause) {
    const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr) : String(cause);
    throw new AppError("misconfigured", `PostgreSQL could not be set up: ${said.trim()}`, {
      cause,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** How to start a program: what child_process.spawn wants. */
interface PostgresCommand {
  file: string;
  args: string[];
  account: PostgresAccount;
}

/** The server, on 127.0.0.1 only and without a socket file (its folder may not be ours to write). */
export function postgresCommand(input: {
  dir: string;
  port: number;
  programs: PostgresPrograms;
  account: PostgresAccount;
  isDurable: boolean;
}): PostgresCommand {
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=150",
    ...(input.isDurable ? [] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]),
  ];
  return {
    file: input.programs.postgres,
    args: ["-D", input.dir, "-p", String(input.port), ...settings.flatMap((s) => ["-c", s])],
    account: input.account,
  };
}

/** Connection URL of a database in the embedded cluster. */
export function postgresUrl(port: number, password: string, name: string): string {
  return `postgres://sidecar:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`;
}
