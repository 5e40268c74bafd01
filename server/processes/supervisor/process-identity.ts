import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

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

export function isAlive(identity: ProcessIdentity): boolean {
  return startMark(identity.pid) === identity.mark;
}
