import type { QueryEvidence } from "@/server/contracts";
import { median } from "@/server/statistics";
import { openSession } from "../shadow";
import { readProfile } from "./read-plan";

const RUNS = 3;

/** One side of a cold comparison: a shadow file and the query's text on it. */
export interface ColdSide {
  file: string;
  text: string;
}

/**
 * First run of a query in a freshly opened database, both sides in turn: DuckDB's own buffers are
 * empty, while the operating system may still hold the file. Times are DuckDB's, without opening
 * and planning; bytes are what the run read from the file.
 */
export async function measureCold(
  before: ColdSide,
  after: ColdSide,
  options: { threads: number; signal: AbortSignal },
): Promise<NonNullable<QueryEvidence["cold"]>> {
  const runs = { before: [] as Cold[], after: [] as Cold[] };
  for (let run = 0; run < RUNS; run++) {
    const isSwapped = run % 2 === 1;
    const first = await runOnce(isSwapped ? after : before, options);
    const second = await runOnce(isSwapped ? before : after, options);
    runs.before.push(isSwapped ? second : first);
    runs.after.push(isSwapped ? first : second);
  }
  return {
    baseline_ms: median(runs.before.map((one) => one.ms)),
    candidate_ms: median(runs.after.map((one) => one.ms)),
    baseline_bytes: median(runs.before.map((one) => one.bytes)),
    candidate_bytes: median(runs.after.map((one) => one.bytes)),
    runs: RUNS,
  };
}

interface Cold {
  ms: number;
  bytes: number;
}

async function runOnce(
  { file, text }: ColdSide,
  options: { threads: number; signal: AbortSignal },
): Promise<Cold> {
  const session = await openSession({ file, ...options });
  try {
    const profile = await readProfile(session, text);
    return { ms: profile.latencyMs, bytes: profile.bytesRead };
  } finally {
    session.close();
  }
}
