import { execFileSync } from "node:child_process";
import { existsSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { AppError } from "../errors";

/** The operating-system account PostgreSQL runs as; null: the account of this process. */
export type PostgresAccount = { uid: number; gid: number } | null;

function idOf(option: "-u" | "-g"): number {
  return Number(execFileSync("id", [option, "postgres"], { encoding: "utf8", stdio: "pipe" }));
}

function lookUp(): PostgresAccount {
  try {
    return { uid: idOf("-u"), gid: idOf("-g") };
  } catch {
    return null;
  }
}

function create(): void {
  const options = { stdio: "pipe" } as const;
  try {
    execFileSync("/usr/sbin/groupadd", ["--force", "postgres"], options);
    execFileSync(
      "/usr/sbin/useradd",
      ["--system", "--no-create-home", "-g", "postgres", "postgres"],
      options,
    );
  } catch (cause) {
    throw new AppError(
      "misconfigured",
      "PostgreSQL refuses to run as root, and the user `postgres` could not be created. " +
        "Run this as an ordinary user, create that user, or set DATABASE_URL.",
      { cause },
    );
  }
}

/**
 * PostgreSQL refuses to run as root: for root this is the user `postgres`, created when missing.
 * Throws `misconfigured` when that fails.
 */
export function postgresAccount(): PostgresAccount {
  if (process.getuid?.() !== 0) return null;
  const existing = lookUp();
  if (existing !== null) return existing;
  create();
  return lookUp();
}

function canEnter(folder: string, account: { uid: number; gid: number }): boolean {
  const stat = statSync(folder);
  if (stat.uid === account.uid) return (stat.mode & 0o100) !== 0;
  if (stat.gid === account.gid) return (stat.mode & 0o010) !== 0;
  return (stat.mode & 0o001) !== 0;
}

/** `/a/b/c` → `/`, `/a`, `/a/b`. */
export function ancestors(target: string): string[] {
  const parent = path.dirname(target);
  return parent === target ? [] : [...ancestors(parent), parent];
}

/** The folder `target` is in, without links; the nearest that exists. */
function existingParent(target: string): string {
  const parent = path.dirname(path.resolve(target));
  return existsSync(parent) ? realpathSync(parent) : existingParent(parent);
}

/** Existing folders above `target` that `account` may not enter, outermost first; none for null. */
export function closedAncestors(target: string, account: PostgresAccount): string[] {
  if (account === null) return [];
  const parent = existingParent(target);
  return [...ancestors(parent), parent].filter((folder) => !canEnter(folder, account));
}
