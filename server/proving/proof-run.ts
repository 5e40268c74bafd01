import { type Finding, PAIRS_MIN, type ProofEvent, type ProvedCandidate } from "@/server/contracts";
import { queryGainRequired } from "./judge";
import { type Bench, createVariants, type MeasuringRoom } from "./measure";
import type { PausableTimer, ProofClock } from "./timer";

/** What a proof works with once its shadow is built. */
export interface ProofRun {
  room: MeasuringRoom;
  clock: ProofClock;
  timer: PausableTimer;
  /** Candidates that rules excluded: shown as alternatives. */
  excluded: readonly ProvedCandidate[];
  findings: readonly Finding[];
}

/** Writes the proof's log. */
export type EventReporter = (events: readonly ProofEvent[]) => void;

export function createEventReporter({ room: { input, progress } }: ProofRun): EventReporter {
  return (events) => {
    for (const event of events) {
      input.onEvent(event);
      progress.addEvent(event);
    }
  };
}

export const openBench = (room: MeasuringRoom): Bench => ({
  room,
  variants: createVariants(room),
  rules: { pairsMin: PAIRS_MIN, queryGainRequired },
});

/** A fault of the program in `step` is told with what it was about, and thrown; so is the signal's reason. */
export async function withFaultReport<T>(
  run: ProofRun,
  what: string,
  step: () => Promise<T>,
): Promise<T> {
  const { input } = run.room;
  try {
    return await step();
  } catch (error) {
    input.signal.throwIfAborted();
    input.onProblem(what, error);
    const message = error instanceof Error ? error.message : String(error);
    createEventReporter(run)([{ kind: "problem", at_ms: run.timer.elapsedMs(), what, message }]);
    throw error;
  }
}
