import type { PostgresAccount } from "@/server/platform/embedded-postgres";

/** How to run one role and how to tell that it works. */
export interface ChildSpec {
  role: "postgres" | "spawn" | "prover" | "inference" | "web";
  /** What it is, in a message to a person. */
  label: string;
  file: string;
  args: string[];
  /** Its whole environment; left out, it inherits ours (with every secret in it). */
  env?: Record<string, string>;
  account: PostgresAccount;
  /** Node roles get a channel, so that they notice a supervisor that was killed. */
  hasLeash: boolean;
  stopSignal: NodeJS.Signals;
  /** Asked every 100 ms until true; `runningMs`: how long this process has run. */
  isReady(runningMs: number): Promise<boolean>;
  readySecondsMax: number;
  /** When it cannot be kept alive, the others go on without it. */
  isOptional?: boolean;
}
