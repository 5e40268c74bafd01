import type { ChildSpec } from "./child-process";
import { explain, printError, report } from "./console";
import type { DataDirLock } from "./lock";
import { SupervisedChild } from "./supervised-child";

/** Thrown out of a start that a signal cut short: not a failure. */
export class Interrupted extends Error {}

/** All roles of one supervisor, in the order of their start. */
export class Supervisor {
  readonly #dataDir: string;
  readonly #lock: DataDirLock;
  readonly #onGiveUp: (message: string) => void;
  readonly #children: SupervisedChild[] = [];
  #stopped: Promise<void> | undefined;

  constructor(input: { dataDir: string; lock: DataDirLock; onGiveUp: (message: string) => void }) {
    this.#dataDir = input.dataDir;
    this.#lock = input.lock;
    this.#onGiveUp = input.onGiveUp;
  }

  /** Throws Interrupted once a stop has begun: call it between the steps of a start. */
  assertNotStopping(): void {
    if (this.#stopped !== undefined) throw new Interrupted();
  }

  /** Starts a role and waits until it is ready. */
  async start(spec: ChildSpec): Promise<void> {
    this.assertNotStopping();
    const child = new SupervisedChild({
      spec,
      dataDir: this.#dataDir,
      lock: this.#lock,
      onGiveUp: (message) => {
        if (spec.isOptional !== true) this.#onGiveUp(message);
        else printError(`${message}\n${spec.label} stays away; the others go on without it.`);
      },
    });
    this.#children.push(child);
    try {
      await child.start();
    } catch (error) {
      this.assertNotStopping();
      if (spec.isOptional !== true) throw error;
      printError(`${explain(error)}\n${spec.label} stays away; the others go on without it.`);
      await child.stop();
      return;
    }
    this.assertNotStopping();
    report(`${spec.label} is up`);
  }

  /** Starts roles side by side. All are awaited even when one fails, so that nothing starts behind a stop. */
  async startTogether(specs: readonly ChildSpec[]): Promise<void> {
    const results = await Promise.allSettled(specs.map((spec) => this.start(spec)));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /**
   * Stops every role, the last started first; a second call waits for the first. `signal` instead of each
   * role's own: SIGKILL ends them as a crash does.
   */
  stop(signal?: NodeJS.Signals): Promise<void> {
    this.#stopped ??= this.#stopAll(signal);
    return this.#stopped;
  }

  async #stopAll(signal?: NodeJS.Signals): Promise<void> {
    for (const child of this.#children.toReversed()) await child.stop(signal);
    this.#lock.release();
  }
}

/** Calls `stop` once: after Ctrl-C, SIGTERM, a closed terminal, or the command above us being killed. */
export function onStopSignal(stop: () => void): void {
  let isStopping = false;
  const begin = (why: string) => {
    if (isStopping) return;
    isStopping = true;
    report(`${why}: stopping`);
    stop();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => begin(name));
  process.on("disconnect", () => begin("the starting command is gone"));
}
