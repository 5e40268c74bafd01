import type { ProofClock } from "./clock";
import type { SetMember } from "./set-member";
import { PAIRS_MIN } from "./take-pairs";

/** Changes as they were measured alone. */
type Measured = readonly Pick<SetMember, "candidate" | "evidence">[];

/**
 * Estimate, ms: measuring these changes once more, together, with the least number of pairs. By what each
 * took alone: queries that several of them touch are timed once, a table is checked and inserted into
 * once. 0 for a single one: it is measured already.
 */
export function timeTogether(members: Measured): number {
  if (members.length < 2) return 0;
  const ofQueries = new Map<string, number>();
  const ofTables = new Map<string, number>();
  for (const { candidate, evidence } of members) {
    let pairsMs = 0;
    for (const { fingerprint, baseline, candidate } of evidence.queries) {
      pairsMs += sum(baseline.samples_ms) + sum(candidate.samples_ms);
      keepLonger(ofQueries, fingerprint, PAIRS_MIN * (baseline.median_ms + candidate.median_ms));
    }
    keepLonger(ofTables, candidate.change.table, Math.max(0, evidence.duration_ms - pairsMs));
  }
  return sum([...ofQueries.values(), ...ofTables.values()]);
}

/** When a step that leads to these changes must end (ms since the proof began): they are measured together at last. */
export function stepUntil({ deadlineMs }: ProofClock, members: Measured): number {
  return deadlineMs - timeTogether(members);
}

/**
 * Is there time for a step that leads to these changes? As long as those that it adds took alone, and
 * then for measuring all of them together.
 */
export function hasTimeFor(clock: ProofClock, members: Measured, added: Measured = []): boolean {
  const untilMs = Math.min(clock.endMs, stepUntil(clock, members) - timeAlone(added));
  return clock.elapsedMs() <= untilMs;
}

/** ms that building and measuring each of these changes took alone. */
export function timeAlone(members: Measured): number {
  return sum(members.map(({ evidence }) => evidence.duration_ms + evidence.build_ms));
}

function keepLonger(times: Map<string, number>, name: string, ms: number): void {
  times.set(name, Math.max(times.get(name) ?? 0, ms));
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
