import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { AppError } from "@/server/platform";
import { writePrivateJson } from "@/server/platform/installation";
import { groupEnds, signalGroup } from "./process-group";
import { identify, isAlive, type ProcessIdentity } from "./process-identity";

const Identity = z.object({ pid: z.number().int().positive(), mark: z.string() });
const LockFile = z.object({
  supervisor: Identity,
  /** Role → process, so that a later start can end what a killed supervisor left. */
  children: z.record(z.string(), Identity),
});
type LockFile = z.infer<typeof LockFile>;

export interface DataDirLock {
  noteChild(role: string, child: ProcessIdentity | null): void;
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
          "folder> and other ports (PORT, SPAWN_PORT).",
      );
    }
    if (holder !== null) ended = await endOrphans(holder);
    rmSync(file, { force: true });
  }
  return {
    ended,
    lock: {
      noteChild(role, child) {
        if (child === null) delete content.children[role];
        else content.children[role] = child;
        writePrivateJson(file, content);
      },
      release: () => rmSync(file, { force: true }),
    },
  };
}
