import { execFileSync } from "node:child_process";

const EVERY_MS = 250;

/** Parent and name of a process, as the system's `ps` tells; null where there is none to ask. */
function inspect(pid) {
  try {
    const args = ["-o", "ppid=,comm=", "-p", String(pid)];
    const [, parent, name] = /(\d+)\s+(.*)/.exec(execFileSync("ps", args, { encoding: "utf8" }));
    return { parent: Number(parent), name };
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/**
 * npm passes SIGINT and SIGTERM to the shell of its script, SIGHUP and SIGKILL to nobody. The script
 * takes the shell's place by `exec`: a shell that waits would keep SIGINT to itself. And it asks
 * whether npm (and a shell, where there is one) still lives; `onGone` is called once when not. A script
 * started in another way may outlive who started it (nohup, a service manager).
 */
export function watchNpm(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const shell = inspect(parent);
  const npm = /(^|\/)-?(ba|da|z|k|a)?sh$/.test(shell?.name ?? "") ? shell.parent : parent;
  const timer = setInterval(() => {
    if (process.ppid === parent && isAlive(npm)) return;
    clearInterval(timer);
    onGone();
  }, EVERY_MS);
  timer.unref();
}
