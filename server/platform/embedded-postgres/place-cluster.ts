import { randomBytes } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { z } from "zod";
import { AppError } from "../errors";
import { closedAncestors, type PostgresAccount } from "./account";
import { clearLeftover } from "./running";
import { ensureRootFolder, SYSTEM_FOLDERS, systemFolder } from "./system-folder";

/** Beside each cluster outside of its data folder: whose it is. */
const Note = z.object({ data_dir: z.string() });

export interface PlacedCluster {
  /** Where the cluster is, or is to be made. */
  dir: string;
  /** The cluster is not in the data folder, which holds a link to it. */
  isOutside: boolean;
  /** Clusters whose data folder is gone or has another one now. */
  abandoned: { dir: string; dataDir: string }[];
}

const linkOf = (dataDir: string) => path.join(dataDir, "postgres");

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** Where a data folder's link leads; null when it has none or it leads nowhere. */
function linkedCluster(dataDir: string): string | null {
  const link = linkOf(dataDir);
  return isLink(link) && existsSync(link) ? realpathSync(link) : null;
}

/** True when this process runs as the owner of a folder. */
function isOurs(dir: string): boolean {
  return statSync(dir).uid === process.getuid?.();
}

/** The data folder that a cluster's note names; null when there is none to read. */
function ownerOf(dir: string): string | null {
  try {
    return Note.parse(JSON.parse(readFileSync(`${dir}.json`, "utf8"))).data_dir;
  } catch {
    return null;
  }
}

function writeOwner(dir: string, dataDir: string): void {
  writeFileSync(`${dir}.json`, `${JSON.stringify({ data_dir: dataDir })}\n`, { mode: 0o600 });
}

/** Where the link leads. Throws `misconfigured` when its cluster is gone, `conflict` when it is another's. */
function followLink(dataDir: string, account: PostgresAccount): string {
  const link = linkOf(dataDir);
  const dir = linkedCluster(dataDir);
  if (dir === null) {
    throw new AppError(
      "misconfigured",
      `The database of ${dataDir} is gone: ${link} leads to a folder that does not exist. Restore ` +
        "that folder from a backup, or move the whole data folder away to start anew.",
    );
  }
  if (account === null && !isOurs(dir)) {
    throw new AppError(
      "misconfigured",
      `The database of ${dataDir} was made by root: start as root, or use another SIDECAR_DATA_DIR.`,
    );
  }
  const owner = ownerOf(dir);
  if (owner === null || owner === dataDir) return dir;
  if (linkedCluster(owner) === dir) {
    throw new AppError(
      "conflict",
      `${link} leads to the database of ${owner}: a data folder was copied without its database. ` +
        `Copy it with its links followed (cp -aL ${owner} <new folder>, with that sidecar stopped).`,
    );
  }
  // The data folder was moved, and the old place no longer claims it.
  writeOwner(dir, dataDir);
  return dir;
}

/** Makes room outside, or moves there a cluster that was made when the way to it was open. */
async function placeOutside(
  dataDir: string,
  folders: readonly string[],
  account: PostgresAccount,
): Promise<string> {
  const parent = path.join(systemFolder(folders, account), "clusters");
  // Others may pass through to what is theirs, but not list.
  ensureRootFolder(parent, 0o711);
  const dir = path.join(parent, randomBytes(8).toString("hex"));
  const link = linkOf(dataDir);
  await clearLeftover(link);
  writeOwner(dir, dataDir);
  if (existsSync(path.join(link, "PG_VERSION"))) moveCluster(link, dir);
  else {
    // Without that file there is no data: an interrupted initdb at most.
    rmSync(link, { recursive: true, force: true });
    mkdirSync(dir, { mode: 0o700 });
  }
  symlinkSync(dir, link);
  return dir;
}

function moveCluster(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (cause) {
    rmSync(`${to}.json`, { force: true });
    throw new AppError(
      "misconfigured",
      `PostgreSQL does not run as root, its user \`postgres\` cannot reach ${from}, and the folder ` +
        `cannot be moved by itself (another disk). Move it: cp -a ${from} ${to} && rm -rf ${from} && ` +
        `ln -s ${to} ${from}`,
      { cause },
    );
  }
}

function findAbandoned(folders: readonly string[]): PlacedCluster["abandoned"] {
  const parents = folders.map((folder) => path.join(folder, "clusters")).filter(existsSync);
  return parents
    .flatMap((parent) => readdirSync(parent).map((name) => path.join(parent, name)))
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.replace(/\.json$/, ""))
    .map((dir) => ({ dir, dataDir: ownerOf(dir) ?? "unknown" }))
    .filter(({ dir, dataDir }) => existsSync(dir) && linkedCluster(dataDir) !== dir);
}

/**
 * Where the cluster of a data folder is, or shall be: in that folder; or, when PostgreSQL's account
 * may not enter it, outside, in a folder that root keeps, with a link to it in the data folder. The
 * cluster is the account's alone (0700) in both places.
 * Throws `misconfigured` and `conflict` with what to do.
 */
export async function placeCluster(
  dataDir: string,
  account: PostgresAccount,
  folders: readonly string[] = SYSTEM_FOLDERS.data,
): Promise<PlacedCluster> {
  const link = linkOf(dataDir);
  const isOutside = isLink(link) || closedAncestors(link, account).length > 0;
  let dir = link;
  if (isLink(link)) dir = followLink(dataDir, account);
  else if (isOutside) dir = await placeOutside(dataDir, folders, account);
  return { dir, isOutside, abandoned: account === null ? [] : findAbandoned(folders) };
}
