import type { WorkloadQuery } from "@/server/advisor";
import type { ProgressReporter } from "../progress";
import type { ProofInput } from "../types";
import { type NotReplayed, prepareReplay, type Replay } from "./replay";
import type { Session } from "./shadow";

/**
 * Runs the unchanged workload, what weighs most first; what its part of the time does not reach is
 * not replayed, and says so.
 */
export async function prepareReplays(
  queries: WorkloadQuery[],
  opened: {
    input: ProofInput;
    timer: { elapsedMs(): number };
    /** ms since the proof began. */
    untilMs: number;
    baseline: Session;
    progress: ProgressReporter;
  },
): Promise<{ replays: Replay[]; notReplayed: NotReplayed[] }> {
  const { input, timer, untilMs, baseline, progress } = opened;
  const replays: Replay[] = [];
  const notReplayed: NotReplayed[] = [];
  const timeoutMs = Math.max(1000, input.secondsMax * 50);
  const weight = ({ pattern }: WorkloadQuery) => pattern.calls * pattern.median_ms;
  const heaviestFirst = [...queries].sort((a, b) => weight(b) - weight(a));
  for (const [index, query] of heaviestFirst.entries()) {
    if (timer.elapsedMs() > untilMs) {
      notReplayed.push({ query, why: "the time of this proof did not reach it" });
      continue;
    }
    const message = `Replaying the workload as it is: query ${index + 1} of ${queries.length}`;
    progress.report("baseline", index / queries.length, message);
    const { seed, signal } = input;
    const prepared = await prepareReplay(baseline, query, { seed, signal, timeoutMs });
    if ("why" in prepared) notReplayed.push(prepared);
    else replays.push(prepared);
  }
  // Cheapest first.
  const place = new Map(queries.map((query, index) => [query, index]));
  const placeOf = ({ query }: { query: WorkloadQuery }) => place.get(query) ?? 0;
  replays.sort((a, b) => a.baselineMs - b.baselineMs || placeOf(a) - placeOf(b));
  notReplayed.sort((a, b) => placeOf(a) - placeOf(b));
  return { replays, notReplayed };
}
