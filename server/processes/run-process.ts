import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { constants, hostname, platform, setPriority } from "node:os";
import type { ProcessStatus } from "@/server/contracts";
import {
  beatProcess,
  closeRoot,
  createRoot,
  endProcess,
  type Process,
  type Root,
} from "@/server/platform";

const BEAT_MS = 5000;
const STARTING_BEAT_MS = 250;
/** Longer than what a worker needs to give its jobs back, shorter than a supervisor's patience. */
const STOP_SECONDS_MAX = 8;
const FAREWELL_SECONDS_MAX = 1;

/** What a process has started. */
export interface RunningProcess {
  /** What it can do now, for health answers; without it, it is ready once it has started. */
  status?(): ProcessStatus;
  /** Ends it in order. Too long a wait ends the process all the same. */
  stop(): Promise<void>;
}

const ALWAYS_READY: ProcessStatus = { is_ready: true, parts: {} };

/**
 * The `main` of every process: one root, `start` on it, a heartbeat while it runs, and an orderly end
 * on SIGTERM and SIGINT. Exits 0 after that, 1 when it could not start or did not end in time.
 */
export function runProcess(role: string, start: (root: Root) => Promise<RunningProcess>): void {
  run(role, start).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
}

async function run(role: string, start: (root: Root) => Promise<RunningProcess>): Promise<void> {
  const isAsked = stopAsked();
  const root = createRoot(role);
  const running = await start(root);
  const endHeartbeat = startHeartbeat(root, role, running);
  root.log.info("started");
  const signal = await isAsked;
  root.log.info({ signal }, "stopping");
  await within(STOP_SECONDS_MAX, async () => {
    await running.stop();
    // The database may be gone before the process is.
    await within(FAREWELL_SECONDS_MAX, endHeartbeat).catch(() => {});
    await closeRoot(root);
  });
}

/** The first SIGTERM or SIGINT; later ones change nothing, the end is bounded anyway. */
function stopAsked(): Promise<string> {
  return new Promise((resolve) => {
    // Not once(): node-llama-cpp's signal-exit kills a process whose last listener was taken off.
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => resolve(signal));
  });
}

async function within(seconds: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`The process did not end within ${seconds} s.`);
    timer = setTimeout(() => reject(error), seconds * 1000);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Beats until the returned function is called, which takes the sign of life away. What is not ready
 * yet beats faster: somebody may wait for it.
 */
function startHeartbeat(root: Root, role: string, running: RunningProcess): () => Promise<void> {
  const { pid } = process;
  const instanceId = `${hostname()}:${pid}:${randomBytes(4).toString("hex")}`;
  const self: Process = { instanceId, role, host: hostname(), pid, startedAt: new Date() };
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;
  const beat = async () => {
    const status = running.status?.() ?? ALWAYS_READY;
    await beatProcess({ ctx: root, input: { ...self, status } }).catch((error: unknown) => {
      // The next beat tells; a missed one only shows in health answers.
      root.log.debug({ err: error }, "a heartbeat was not stored");
    });
    if (!isEnded) timer = setTimeout(next, status.is_ready ? BEAT_MS : STARTING_BEAT_MS);
  };
  let last = beat();
  const next = () => {
    last = beat();
  };
  return async () => {
    isEnded = true;
    clearTimeout(timer);
    await last;
    await endProcess({ ctx: root, input: { instanceId } }).catch((error: unknown) => {
      root.log.debug({ err: error }, "the heartbeat was left behind");
    });
  };
}

/** `low`: gives way to everything else. `below-normal`: to what people wait for, not to proofs. */
const PRIORITIES = {
  low: constants.priority.PRIORITY_LOW,
  "below-normal": constants.priority.PRIORITY_BELOW_NORMAL,
};

/**
 * Lowers this process: proofs and models must slow neither the data product nor the pages. On Linux a
 * priority belongs to a thread (setpriority(2), "C library/kernel differences"), so the threads that
 * the runtime has already started are lowered too; later ones inherit it.
 */
export async function lowerPriority(to: keyof typeof PRIORITIES): Promise<void> {
  const threads = platform() === "linux" ? await readdir("/proc/self/task") : [];
  for (const thread of ["0", ...threads]) setPriority(Number(thread), PRIORITIES[to]);
}
