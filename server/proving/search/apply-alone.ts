import { kindOf } from "@/server/advisor";
import {
  type MeasuredEvidence,
  makeVerdict,
  type ProofEvent,
  type Verdict,
} from "@/server/contracts";
import { evidenceOfSome, keepGainingTexts } from "../gain";
import { isRegression, isUnclear, judgeBy, memberRole, requiredGain, wasSuggested } from "../judge";
import { type Applied, addFallback, addTrial, measuredSet, withEntry } from "./record";
import { aloneSet, EMPTY_SET, layerOf } from "./sets";
import type { AloneOutcome, MeasureAlone, Member, SearchState, StepResult } from "./state";
import { canRepeat } from "./time";

type Measured = Extract<StepResult, { kind: "measured" }>;

/** A candidate was measured alone: its verdict, and what it can be in a set. */
export function applyAlone(state: SearchState, action: MeasureAlone, result: StepResult): Applied {
  const { candidate } = action;
  switch (result.kind) {
    case "out_of_time": {
      const verdict = makeVerdict(
        "not_reached",
        "The time of this proof ended while it was measured.",
      );
      return conclude(state, action, { kind: "out_of_time" }, verdict);
    }
    case "not_applicable":
      return reject("failed_to_apply", `It cannot be applied: ${result.why}`);
    case "failed":
      return reject("not_measurable", `It could not be measured: ${result.why}`);
    case "differs":
      return reject("results_differ", result.why);
    case "measured":
      return applyMeasured(state, action, result);
  }
  function reject(code: Verdict["code"], reason: string): Applied {
    const verdict = makeVerdict(code, reason);
    return conclude(
      state,
      action,
      { kind: "rejected", verdict, evidence: null, candidate },
      verdict,
    );
  }
}

function applyMeasured(state: SearchState, action: MeasureAlone, result: Measured): Applied {
  const { problem } = state;
  const { candidate, evidence } = withGainingTexts(state, action, result);
  const { inserts } = result;
  const threshold = requiredGain(problem, [candidate]);
  const verdict = judgeBy(evidence, threshold, {
    isRemoval: kindOf(candidate.change).isRemoval,
    gainWeight: problem.costs.readShare,
  });
  // A slowdown that the last proof did not see may be noise of a busy machine, which may hide one too.
  const isDoubtful =
    (isRegression(verdict) && wasSuggested(problem.earlier, candidate)) ||
    (verdict.is_accepted && isUnclear(evidence));
  if (isDoubtful && !action.isRepeat && canRepeat(state)) {
    return { state: { ...state, remeasuring: { action, first: result } }, events: [] };
  }
  const role = memberRole(candidate, verdict, evidence, threshold.gainMin);
  if (role === null) {
    return conclude(
      state,
      action,
      { kind: "rejected", verdict, evidence, candidate },
      verdict,
      evidence,
    );
  }
  const member: Member = {
    id: candidate.candidate_id,
    role,
    candidate,
    verdict,
    evidence,
    inserts,
  };
  const known = role === "standalone" ? addStandalone(state, member) : state;
  return conclude(known, action, { kind: "member", member }, verdict, evidence);
}

/** Queries that were no faster on a summary keep their text, and are no part of its evidence. */
function withGainingTexts({ problem }: SearchState, { candidate }: MeasureAlone, result: Measured) {
  const { evidence, inserts } = result;
  const narrowed = keepGainingTexts(candidate, evidence.queries);
  if (narrowed === null) return { candidate, evidence };
  const kept = new Set(narrowed.targeted_fingerprints);
  return { candidate: narrowed, evidence: evidenceOfSome({ ...problem, inserts }, evidence, kept) };
}

function addStandalone(state: SearchState, member: Member): SearchState {
  const set = aloneSet(member);
  const core = layerOf(member) === "executable" ? set : EMPTY_SET;
  const trial = measuredSet([member], member.evidence, set);
  return addTrial(addFallback(state, { ...set, core }), trial);
}

function conclude(
  state: SearchState,
  { candidate }: MeasureAlone,
  outcome: AloneOutcome,
  verdict: Verdict,
  evidence: MeasuredEvidence | null = null,
): Applied {
  const { candidate_id, title } = candidate;
  const about = { at_ms: state.clock.elapsedMs, candidate_id, title };
  const events: ProofEvent[] = [];
  if (evidence !== null) {
    const { build_ms, duration_ms } = evidence;
    const gain = evidence.workload.gain;
    events.push({ kind: "candidate_measured", ...about, gain, build_ms, duration_ms });
  }
  const kind = verdict.is_accepted ? "candidate_accepted" : "candidate_rejected";
  events.push({ kind, ...about, verdict });
  const alone = withEntry(state.alone, candidate_id, outcome);
  return { state: { ...state, alone }, events };
}
