import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import { AppError } from "../errors";

/** True when the server at `url` answers a query within 2 s. */
export async function postgresAnswers(url: string): Promise<boolean> {
  const client = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
  try {
    await client`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await client.end({ timeout: 1 });
  }
}

/**
 * Resolves when the server at `url` answers a query. Throws `timeout` after `secondsMax`, or
 * at once when `hasEnded` says that its process is gone.
 */
export async function waitForPostgres(
  url: string,
  secondsMax: number,
  hasEnded: () => boolean = () => false,
): Promise<void> {
  const deadline = Date.now() + secondsMax * 1000;
  while (!(await postgresAnswers(url))) {
    if (hasEnded()) throw new AppError("internal", "PostgreSQL ended while it was starting.");
    if (Date.now() > deadline) {
      throw new AppError("timeout", `PostgreSQL did not answer within ${secondsMax} s.`);
    }
    await pause(50);
  }
}

/** The process named in the cluster's postmaster.pid; null when there is no such file. */
function recordedPostmaster(dir: string): number | null {
  try {
    const pid = Number(readFileSync(path.join(dir, "postmaster.pid"), "utf8").split("\n", 1)[0]);
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/** Sends a signal; false when there is no such process (0 only asks). */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** True unless the operating system can tell that `pid` is some other program by now. */
function isPostgresOn(pid: number, dir: string): boolean {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return command.includes("postgres") && command.split("\0").includes(dir);
  } catch {
    return process.platform !== "linux";
  }
}

async function ends(pid: number, secondsMax: number): Promise<boolean> {
  const deadline = Date.now() + secondsMax * 1000;
  while (signal(pid, 0)) {
    if (Date.now() > deadline) return false;
    await pause(50);
  }
  return true;
}

/**
 * What a killed supervisor left behind: a server that still runs is stopped cleanly (fast
 * shutdown, then immediate), a postmaster.pid that names another program by now is removed.
 * Answers what was found. Throws `conflict` when the old server cannot be stopped.
 */
export async function clearLeftover(dir: string): Promise<"none" | "stopped" | "stale"> {
  const pid = recordedPostmaster(dir);
  if (pid === null) return "none";
  if (!signal(pid, 0) || !isPostgresOn(pid, dir)) {
    rmSync(path.join(dir, "postmaster.pid"), { force: true });
    return "stale";
  }
  signal(pid, "SIGINT");
  if (await ends(pid, 20)) return "stopped";
  signal(pid, "SIGQUIT");
  if (await ends(pid, 10)) return "stopped";
  throw new AppError(
    "conflict",
    `An older PostgreSQL (process ${pid}) still runs on ${dir} and does not stop. End it and try again.`,
  );
}
