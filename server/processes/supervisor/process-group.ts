import { setTimeout as pause } from "node:timers/promises";

/** Signals a whole process group; false when nothing of it is left. */
export function signalGroup(leaderPid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leaderPid, name);
    return true;
  } catch {
    return false;
  }
}

/** True when the group is empty before `secondsMax` are over. */
export async function groupEnds(leaderPid: number, secondsMax: number): Promise<boolean> {
  const deadline = Date.now() + secondsMax * 1000;
  while (signalGroup(leaderPid, 0)) {
    if (Date.now() > deadline) return false;
    await pause(50);
  }
  return true;
}
