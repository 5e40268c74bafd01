import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second in /proc: 100 on every Linux of today. */
const TICKS_PER_SECOND = 100;

interface ProcessTime {
  pid: number;
  parent: number;
  milliseconds: number;
  command: string;
}

function readProcess(pid: number): ProcessTime[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // After the name, which may hold spaces: state, parent, …, user and system time.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Killed, and not yet forgotten.
    if (fields[0] === "Z") return [];
    const ticks = Number(fields[11]) + Number(fields[12]);
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    const milliseconds = (1000 * ticks) / TICKS_PER_SECOND;
    return [{ pid, parent: Number(fields[1]), milliseconds, command }];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

function readProcesses(): ProcessTime[] {
  try {
    const pids = readdirSync("/proc").map(Number);
    return pids.filter((pid) => pid > 0).flatMap(readProcess);
  } catch {
    return [];
  }
}

/** Of this process and all below it: CPU milliseconds since their start, by what `nameOf` calls them. */
export type CpuTimes = Map<string, number>;

/** Linux only; elsewhere there is none. What has ended counts no more. */
export function readCpuTimes(nameOf: (pid: number, command: string) => string): CpuTimes {
  const processes = readProcesses();
  const ours = new Set([process.pid]);
  for (let known = 0; known < ours.size; ) {
    known = ours.size;
    for (const { pid, parent } of processes) if (ours.has(parent)) ours.add(pid);
  }
  const times: CpuTimes = new Map();
  for (const { pid, milliseconds, command } of processes) {
    if (!ours.has(pid)) continue;
    const name = nameOf(pid, command);
    times.set(name, (times.get(name) ?? 0) + milliseconds);
  }
  return times;
}

/** Milliseconds of each part and of all, for one of `count`; what took none is left out. */
export function perMessage(before: CpuTimes, after: CpuTimes, count: number) {
  const parts = [...after].map(
    ([name, ms]) => [name, (ms - (before.get(name) ?? 0)) / count] as const,
  );
  const all = parts.reduce((sum, [, ms]) => sum + ms, 0);
  const shown = [["all", all] as const, ...parts].filter(([, ms]) => ms >= 0.005);
  return Object.fromEntries(shown.map(([name, ms]) => [name, Math.round(100 * ms) / 100]));
}
