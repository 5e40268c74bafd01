import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { AppError } from "../errors";
import type { PostgresAccount } from "./account";

function canEnter(folder: string, account: { uid: number; gid: number }): boolean {
  const stat = statSync(folder);
  if (stat.uid === account.uid) return (stat.mode & 0o100) !== 0;
  if (stat.gid === account.gid) return (stat.mode & 0o010) !== 0;
  return (stat.mode & 0o001) !== 0;
}

/** `/a/b/c` → `/`, `/a`, `/a/b`. */
function ancestors(target: string): string[] {
  const parent = path.dirname(target);
  return parent === target ? [] : [...ancestors(parent), parent];
}

/** Existing folders above `target` that `account` may not enter, outermost first. */
export function closedAncestors(target: string, account: PostgresAccount): string[] {
  if (account === null) return [];
  return ancestors(path.resolve(target)).filter(
    (folder) => existsSync(folder) && !canEnter(folder, account),
  );
}

/**
 * As root the database runs as another user, who must be able to walk to its files.
 * Throws `misconfigured` with the command that opens the way.
 */
export function assertReachable(what: string, target: string, account: PostgresAccount): void {
  const closed = closedAncestors(target, account);
  if (closed.length === 0) return;
  throw new AppError(
    "misconfigured",
    `PostgreSQL does not run as root, and the user \`postgres\` cannot reach ${what} in ${target}. ` +
      `Run: chmod o+x ${closed.map((folder) => JSON.stringify(folder)).join(" ")} ` +
      "(lets others pass through, not list), or use another folder, or set DATABASE_URL.",
  );
}
