import type { ProofEvent, ProofProgress, ProvedCandidate } from "@/server/contracts";

/** Where each phase begins and ends on the way from 0 to 1. */
const SPANS: Record<ProofProgress["phase"], [number, number]> = {
  queued: [0, 0],
  export: [0, 0.1],
  shadow: [0.1, 0.22],
  baseline: [0.22, 0.28],
  measure: [0.28, 0.8],
  set: [0.8, 1],
  completing: [1, 1],
  done: [1, 1],
};

type Named = Pick<ProvedCandidate["candidate"], "candidate_id" | "title">;

export interface ProgressReporter {
  /** `part` is how much of the phase is done, 0..1. */
  report(phase: ProofProgress["phase"], part: number, message: string): void;
  addVerdict(proved: Pick<ProvedCandidate, "verdict"> & { candidate: Named }): void;
  /** Keeps the verdict that an event carries. */
  addEvent(event: ProofEvent): void;
  /** What would be suggested if the time ended now. */
  setBest(best: ProofProgress["best"]): void;
}

/** Fractions never go back. */
export function createReporter(
  onProgress: (progress: ProofProgress) => void,
  total: number,
): ProgressReporter {
  const verdicts: ProofProgress["verdicts"] = [];
  let highest = 0;
  let best: ProofProgress["best"];
  const addVerdict: ProgressReporter["addVerdict"] = ({ candidate, verdict }) => {
    const { candidate_id, title } = candidate;
    const index = verdicts.findIndex((one) => one.candidate_id === candidate_id);
    // Choosing the set may change a verdict: the later one counts.
    if (index >= 0) verdicts.splice(index, 1);
    verdicts.push({ candidate_id, title, verdict });
  };
  return {
    report: (phase, part, message) => {
      const [from, to] = SPANS[phase];
      highest = Math.max(highest, from + (to - from) * Math.min(1, Math.max(0, part)));
      const shown = best === undefined ? {} : { best };
      const done = new Set(verdicts.map((one) => one.candidate_id)).size;
      const candidates = { done, total };
      onProgress({
        ...{ phase, fraction: highest, message, candidates },
        verdicts: [...verdicts],
        ...shown,
      });
    },
    setBest: (found) => {
      best = found;
    },
    addVerdict,
    addEvent: (event) => {
      if ("verdict" in event) addVerdict({ candidate: event, verdict: event.verdict });
    },
  };
}
