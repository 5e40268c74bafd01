import { chmodSync, lstatSync, mkdirSync, realpathSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { AppError } from "../errors";
import { ancestors, closedAncestors, type PostgresAccount } from "./account";

/**
 * Where root keeps what PostgreSQL's account must reach when the project lies in a folder closed
 * to it. Programs may also lie below the system's temporary folder: they can be copied again.
 */
export const SYSTEM_FOLDERS = {
  data: ["/var/lib/agentic-sidecar"],
  programs: ["/var/lib/agentic-sidecar", path.join(os.tmpdir(), "agentic-sidecar")],
};

const GROUP_OR_OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/** Why nobody but root decides what is in `folder`; null when that holds. */
function problemWith(folder: string): string | null {
  const stat = lstatSync(folder);
  if (!stat.isDirectory()) return `${folder} is not a folder`;
  if ((stat.mode & GROUP_OR_OTHERS_WRITE) !== 0) return `others may write to ${folder}`;
  for (const each of [...ancestors(realpathSync(folder)), folder]) {
    const { uid, mode } = statSync(each);
    if (uid !== 0) return `${each} does not belong to root`;
    // In a sticky folder (/tmp) others may add names, but not replace ours.
    const isOpen = (mode & GROUP_OR_OTHERS_WRITE) !== 0 && (mode & STICKY) === 0;
    if (isOpen) return `others may write to ${each}`;
  }
  return null;
}

/** Makes a folder of root's own. Throws `misconfigured` when somebody else could plant files there. */
export function ensureRootFolder(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
    // The umask may have taken rights away.
    chmodSync(folder, mode);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const problem = problemWith(folder);
  if (problem === null) return;
  throw new AppError(
    "misconfigured",
    `PostgreSQL does not run as root, and ${problem}: its files are not safe there. ` +
      "Correct that, or set DATABASE_URL.",
  );
}

/** The first of `folders` that can be made, is safe and may be entered by `account`. Throws the last reason. */
export function systemFolder(folders: readonly string[], account: PostgresAccount): string {
  let reason: unknown;
  for (const folder of folders) {
    try {
      mkdirSync(path.dirname(folder), { recursive: true });
      ensureRootFolder(folder, 0o755);
      const closed = closedAncestors(path.join(folder, "any"), account);
      if (closed.length === 0) return folder;
      reason = new AppError(
        "misconfigured",
        `PostgreSQL does not run as root, and its user \`postgres\` may not enter ${closed.join(", ")}.`,
      );
    } catch (error) {
      reason = error;
    }
  }
  throw reason;
}
