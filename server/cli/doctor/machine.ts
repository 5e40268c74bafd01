import { access, constants, stat, statfs } from "node:fs/promises";
import path from "node:path";
import type { DoctorCheck } from "@/server/contracts";
import { fail, ok, warn } from "./check";

/** Major versions that the tests run with. */
const TESTED = [20, 22, 24];
const OLDEST = [20, 9] as const;

export function checkNode(version = process.versions.node): DoctorCheck {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  if (isOld) {
    return fail("Node.js", `${version} is too old.`, `Install ${OLDEST.join(".")} or newer.`);
  }
  return TESTED.includes(major)
    ? ok("Node.js", version)
    : warn("Node.js", `${version} was not tested.`, `Use version ${TESTED.join(", ")}.`);
}

const GIB = 1024 ** 3;
const FREE_MIN_GIB = 1;
const FREE_WARN_GIB = 5;

/** Free space as `statfs` tells it. */
export function judgeSpace(freeBytes: number): DoctorCheck {
  const free = freeBytes / GIB;
  const detail = `${free.toFixed(1)} GiB free for the data folder.`;
  const advice = "Free some space: shadow copies, the database and logs are kept there.";
  if (free < FREE_MIN_GIB) return fail("disk", detail, advice);
  return free < FREE_WARN_GIB ? warn("disk", detail, advice) : ok("disk", detail);
}

async function existingParent(folder: string): Promise<string> {
  const parent = path.dirname(folder);
  const exists = await stat(folder).then(
    () => true,
    () => false,
  );
  return exists || parent === folder ? folder : existingParent(parent);
}

export async function checkDisk(dataDir: string): Promise<DoctorCheck[]> {
  const { bavail, bsize } = await statfs(await existingParent(path.resolve(dataDir)));
  return [judgeSpace(bavail * bsize)];
}

/** Others on this machine can read or change it. */
async function isOpenToOthers(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  return found !== null && process.platform !== "win32" && (found.mode & 0o077) !== 0;
}

export async function checkDataFolder(dataDir: string): Promise<DoctorCheck[]> {
  const folder = path.resolve(dataDir);
  const found = await stat(folder).catch(() => null);
  if (found === null) {
    const advice = "Start the sidecar once (`npm run up`), or correct SIDECAR_DATA_DIR.";
    return [warn("data folder", `There is no ${folder}.`, advice)];
  }
  try {
    await access(folder, constants.R_OK | constants.W_OK);
  } catch {
    const advice = "Run as its owner, or change its owner.";
    return [fail("data folder", `${folder} cannot be read and written.`, advice)];
  }
  return [ok("data folder", folder), ...(await checkSecrecy(folder))];
}

async function checkSecrecy(folder: string): Promise<DoctorCheck[]> {
  const files = [path.join(folder, "secrets.json"), path.resolve(".env")];
  const open: DoctorCheck[] = [];
  for (const file of files) {
    if (!(await isOpenToOthers(file))) continue;
    const detail = `Others on this machine can read ${file}.`;
    const judge = file.endsWith(".env") ? warn : fail;
    open.push(judge("secrets", detail, `chmod 600 ${file}`));
  }
  return open.length > 0 ? open : [ok("secrets", "Readable by their owner only.")];
}
