import { execFileSync } from "node:child_process";
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
