import type { WorkloadQuery } from "@/server/advisor";
import type { Finding, ProductSchema } from "@/server/contracts";
import type { Replay } from "../measure/replay";
import type { LoadedTable, Session } from "../measure/shadow";
import type { Subject } from "./profile";

export interface FindingInput {
  /** The unchanged shadow; only read. */
  session: Session;
  tables: LoadedTable[];
  schema: ProductSchema;
  queries: WorkloadQuery[];
  /** What was replayed on the unchanged shadow: resource checks run these texts. */
  replays: Replay[];
  /** The shadow's file, checkpointed and open nowhere: resource checks work on copies. */
  baselineFile: string;
  /** For files of our own; left as it was found. */
  workDir: string;
  threads: number;
  seed: number;
  /** The day that dates are judged by. */
  now: Date;
  /** No further check is begun once this is true. */
  isTimeUp(): boolean;
  /** A check that could not be made: nothing is claimed of what it would have looked at. */
  onError(check: string, error: unknown): void;
  signal: AbortSignal;
}

/** What a check of one table may use. */
export interface CheckContext extends FindingInput {
  /** Tables that have rows, with what was counted of their columns. */
  subjects: Subject[];
}

/** Looks at one table. Throws what the session throws. */
export type TableCheck = (context: CheckContext, subject: Subject) => Promise<Finding[]>;
