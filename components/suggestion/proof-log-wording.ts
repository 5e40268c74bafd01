import type { ProofEvent } from "@/server/contracts";
import { formatInterval, formatMs, formatPlural } from "@/server/format";

type TitleOf = (candidateId: string) => string;

/** One event of a test run as a sentence; `titleOf` names candidates by their id. */
export function describeProofEvent(event: ProofEvent, titleOf: TitleOf): string {
  const name = (ids: string[]) => ids.map((id) => `“${titleOf(id)}”`).join(", ");
  switch (event.kind) {
    case "proof_started":
      return `Started with ${formatPlural(event.candidates, "candidate")}; time budget ${formatMs(event.budget_ms)}.`;
    case "candidate_started":
      return `${event.is_repeat ? "Measuring again" : "Measuring"}: ${event.title}`;
    case "candidate_measured":
      return `Measured: ${event.title}. Workload time saved: ${formatInterval(event.gain)}. Built in ${formatMs(event.build_ms)}.`;
    case "candidate_accepted":
      return `Passed: ${event.title}. ${event.verdict.reason}`;
    case "candidate_rejected":
      return `Rejected: ${event.title}. ${event.verdict.reason}`;
    case "set_tried":
      return `Combination with ${name(event.added)}${event.removed.length === 0 ? "" : `, without ${name(event.removed)}`}: ${SET_OUTCOMES[event.outcome]}. ${event.reason}`;
    case "member_dropped":
      return `Dropped: ${event.title}. ${event.verdict.reason}`;
    case "set_confirmed":
      return `All chosen changes together: ${event.is_confirmed ? "confirmed" : "not confirmed"}${event.gain === null ? "" : `, workload time saved: ${formatInterval(event.gain)}`}. ${event.reason}`;
    case "evidence_deepened":
      return `More evidence for ${name(event.candidate_ids)}.`;
    case "time_budget_ended":
      return `Time budget ended; ${formatPlural(event.not_reached.length, "candidate")} not reached.`;
    case "advice_published":
      return `${event.candidate_ids.length === 0 ? "Published: no change helps" : `Published: ${name(event.candidate_ids)}`}.${event.note === null ? "" : ` ${event.note}`}`;
    case "paused":
      return `Paused: ${event.reason}`;
    case "resumed":
      return `Resumed after ${formatMs(event.paused_ms)}.`;
    case "stopped":
      return `Stopped: ${event.reason}`;
    case "problem":
      return `Problem (${event.what}): ${event.message}`;
  }
}

const SET_OUTCOMES: Record<Extract<ProofEvent, { kind: "set_tried" }>["outcome"], string> = {
  accepted: "better",
  rejected: "not better",
  failed: "failed",
  out_of_time: "ran out of time",
};
