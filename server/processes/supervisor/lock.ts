import { execFileSync } from "node:child_process";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { AppError } from "@/server/platform";
import { writePrivateJson } from "@/server/platform/installation";
import { groupEnds, signalGroup } from "./child-process";

/** When a process began, as the system tells it: pid and this together name one process for good. */
function startMark(pid: number): string | null {
  try {
    if (process.platform === "linux") {
      // The name in parentheses may hold spaces; the start time is the 20th field after it.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? null : (fields[19] ?? null);
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}

/** One process: a pid may be given to another program later, the pair never. */
export interface ProcessIdentity {
  pid: number;
  mark: string;
}

export function identify(pid: number): ProcessIdentity | null {
  const mark = startMark(pid);
  return mark === null || mark === "" ? null : { pid, mark };
}

function isAlive(identity: ProcessIdentity): boolean {
  return startMark(identity.pid) === identity.mark;
}

const Identity = z.object({ pid: z.number().int().positive(), mark: z.string() });
const LockFile = z.object({
  supervisor: Identity,
  /** Role → process, so that a later start can end what a killed supervisor left. */
  children: z.record(z.string(), Identity),
});
type LockFile = z.infer<typeof LockFile>;

export interface DataDirLock {
  registerChild(role: string, child: ProcessIdentity | null): void;
  release(): void;
}

function read(file: string): LockFile | null {
  try {
    return LockFile.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}

/** Creates the file whole or not at all; false when it exists. */
function create(file: string, content: LockFile): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(content), { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Ends the children of a supervisor that was killed; each led a process group of its own. */
async function endOrphans(left: LockFile): Promise<string[]> {
  const orphans = Object.entries(left.children).filter(
    ([role, child]) => role !== "postgres" && isAlive(child),
  );
  for (const [, child] of orphans) signalGroup(child.pid, "SIGTERM");
  for (const [, child] of orphans) {
    if (!(await groupEnds(child.pid, 10))) signalGroup(child.pid, "SIGKILL");
  }
  return orphans.map(([role]) => role);
}

/**
 * Makes this process the only supervisor of a data folder until release(). `ended` names the
 * roles a killed supervisor had left running. Throws `conflict` while another one lives.
 */
export async function lockDataDir(
  dataDir: string,
): Promise<{ lock: DataDirLock; ended: string[] }> {
  const file = path.join(dataDir, "supervisor.lock");
  const self = identify(process.pid);
  if (self === null) throw new AppError("internal", "This process cannot name itself.");
  const content: LockFile = { supervisor: self, children: {} };
  let ended: string[] = [];
  while (!create(file, content)) {
    const holder = read(file);
    if (holder !== null && isAlive(holder.supervisor)) {
      throw new AppError(
        "conflict",
        `Another sidecar (process ${holder.supervisor.pid}) already runs on ${dataDir}. ` +
          `Stop it (kill ${holder.supervisor.pid}), or start this one with SIDECAR_DATA_DIR=<another ` +
          "folder> and other ports (PORT, DEMO_PORT).",
      );
    }
    if (holder !== null) ended = await endOrphans(holder);
    rmSync(file, { force: true });
  }
  return {
    ended,
    lock: {
      registerChild(role, child) {
        if (child === null) delete content.children[role];
        else content.children[role] = child;
        writePrivateJson(file, content);
      },
      release: () => rmSync(file, { force: true }),
    },
  };
}
