import { kindOf } from "@/server/advisor";
import { makeVerdict, type ProofEvent, type Verdict, type VerdictCode } from "@/server/contracts";
import {
  applyGains,
  composeGains,
  inverseGain,
  keepGainingTexts,
  netGain,
  significantGain,
} from "../gain";
import {
  anyRegression,
  HARMFUL,
  isRegression,
  judgeBy,
  MARGINAL_SHARE,
  marginalThreshold,
  regressedQueries,
} from "../judge";
import {
  type Applied,
  addFallback,
  addTrial,
  admit,
  droppedEvent,
  measuredSet,
  reject,
  replacedVerdict,
  withEntry,
  withItem,
} from "./record";
import {
  aloneSet,
  baseOf,
  candidatesOf,
  compensatingMembers,
  idsOf,
  interact,
  shareTarget,
  stepKey,
} from "./sets";
import type { ChosenSet, Layer, MeasureStep, Member, SearchState, StepResult } from "./state";
import { canRepeat } from "./time";

/** Begins the verdict of a change that is suggested only for what it adds to others. */
export const BESIDE_OTHERS = "Beside the other changes:";

type Measured = Extract<StepResult, { kind: "measured" }>;
type Outcome = Extract<ProofEvent, { kind: "set_tried" }>["outcome"];

/** Changes were measured beside the chosen ones, or in the place of some. */
export function applyStep(state: SearchState, action: MeasureStep, result: StepResult): Applied {
  const key = stepKey(action.base.members, action.target);
  if (result.kind === "out_of_time") {
    const cutOff = withItem(state.cutOff, key);
    return log(
      { ...state, cutOff },
      action,
      "out_of_time",
      "The time ended while it was measured.",
    );
  }
  const known = { ...state, tried: withItem(state.tried, key) };
  if (result.kind === "measured") {
    if (action.isRemoval) return applyRemoval(known, action, result);
    return applyMeasured(known, action, result);
  }
  const isFailure = result.kind !== "differs";
  const reason = isFailure
    ? `Cannot be applied beside the chosen changes: ${result.why}`
    : `Beside the chosen changes: ${result.why}`;
  // What cannot be told of a chosen change leaves it where it is.
  if (action.isRemoval) return log(known, action, "failed", reason);
  const verdict = makeVerdict(isFailure ? "failed_in_set" : "harmful_in_set", reason);
  const beside = idsOf(action.base.members);
  return log(rejectAdded(known, action, verdict, beside), action, "failed", reason);
}

function applyMeasured(state: SearchState, action: MeasureStep, result: Measured): Applied {
  const { base, added, removed, layer } = action;
  const set = resultingSet(state, action, result);
  const verdict = judgeStep(state, action, result, set);
  const options = anyRegression(thresholdOf(state, action));
  // A regression without which it would join may be noise of a busy machine.
  const isDoubtful =
    isRegression(verdict) &&
    judgeWith(state.problem, action, result, set, options).is_accepted &&
    !action.isRepeat;
  if (isDoubtful && canRepeat(state)) {
    return { state: { ...state, remeasuring: { action, first: result } }, events: [] };
  }
  const trial = measuredSet(action.target, result.evidence, set);
  const tried = addTrial(state, trial);
  if (!verdict.is_accepted) {
    const code = rejectionCode(verdict, removed.length > 0);
    const reason = `Beside the chosen changes: ${verdict.reason}`;
    const [first] = added;
    const causes = base.members.filter(
      (one) => removed.includes(one) || (first !== undefined && interact(one, first)),
    );
    const rejected = rejectAdded(tried, action, makeVerdict(code, reason), idsOf(causes));
    const followUp = followUpOf(tried, action, result);
    return log({ ...rejected, followUp }, action, "rejected", verdict.reason, result);
  }
  const joined = acceptInto(admit(tried, added), layer, set, action, verdict, result);
  const { state: after, events } = log(joined, action, "accepted", verdict.reason, result);
  const dropped = removed.map((one) => droppedEvent(state, one, replacedVerdict(added)));
  return { state: after, events: [...events, ...dropped] };
}

function rejectionCode(verdict: Verdict, isReplacement: boolean): VerdictCode {
  if (isReplacement) return "conflicts_in_set";
  return HARMFUL.has(verdict.code) ? "harmful_in_set" : "redundant_in_set";
}

function rejectAdded(
  state: SearchState,
  { added, base, removed }: MeasureStep,
  verdict: Verdict,
  beside: readonly string[],
): SearchState {
  const [first] = added;
  const step = { base: idsOf(base.members), replaced: removed };
  // Of a group, the change that the others compensate for; they were not what was asked.
  return first === undefined ? state : reject(state, first.id, { verdict, beside, step });
}

function resultingSet(
  state: SearchState,
  { base, target }: MeasureStep,
  result: Measured,
): ChosenSet {
  const { evidence, inserts } = result;
  const gain = composeGains(base.gain, evidence.workload.gain);
  const net = netGain(gain.value, evidence.storage.overhead, inserts, state.problem.costs);
  const residual = applyGains(base.residual, evidence.queries);
  const direct = base.members.length === 0 ? evidence : null;
  return { members: target, gain, inserts, netGain: net, residual, direct };
}

const thresholdOf = ({ problem }: SearchState, { added, removed }: MeasureStep) =>
  marginalThreshold(problem, candidatesOf(added), candidatesOf(removed));

function judgeWith(
  { costs: { readShare } }: SearchState["problem"],
  { base, added, removed }: MeasureStep,
  { evidence }: Measured,
  set: ChosenSet,
  threshold: ReturnType<typeof thresholdOf>,
): Verdict {
  const judged = [...added, ...removed];
  return judgeBy({ ...evidence, net_gain: set.netGain - base.netGain }, threshold, {
    isRemoval: judged.some(({ candidate }) => kindOf(candidate.change).isRemoval),
    isReplacement: removed.length > 0,
    residual: base.residual,
    gainWeight: readShare * (1 - base.gain.value),
  });
}

function judgeStep(
  state: SearchState,
  action: MeasureStep,
  result: Measured,
  set: ChosenSet,
): Verdict {
  const verdict = judgeWith(state.problem, action, result, set, thresholdOf(state, action));
  const makesSure =
    action.base.gain.low <= 0 && set.gain.low > 0 && set.netGain > action.base.netGain;
  if (verdict.is_accepted || HARMFUL.has(verdict.code) || !makesSure) return verdict;
  return makeVerdict("passed", `Only with it the chosen changes surely gain. ${verdict.reason}`);
}

function acceptInto(
  state: SearchState,
  layer: Layer,
  set: ChosenSet,
  { added, removed }: MeasureStep,
  verdict: Verdict,
  { evidence }: Measured,
): SearchState {
  let besideOthers = state.besideOthers;
  for (const one of added.filter(({ role }) => role !== "standalone")) {
    // It is suggested for what it adds to the others: that is its verdict, and its evidence.
    const reason = `${BESIDE_OTHERS} ${verdict.reason}`;
    besideOthers = withEntry(besideOthers, one.id, { verdict: { ...verdict, reason }, evidence });
  }
  const core = layer === "executable" ? set : state.core;
  let accepted: SearchState = { ...state, besideOthers, core, chosen: set };
  const { direct } = set;
  if (direct !== null) accepted = addFallback(accepted, { ...set, direct, core });
  for (const one of removed) {
    accepted = reject(accepted, one.id, {
      ...{ verdict: replacedVerdict(added), beside: idsOf(added) },
      step: { base: idsOf(set.members), replaced: added },
    });
  }
  return accepted;
}

/** What is worth measuring at once: the same change with indexes that compensate, or with fewer texts. */
function followUpOf(state: SearchState, action: MeasureStep, { evidence }: Measured) {
  const { added, base, target, layer } = action;
  const [member] = added;
  if (member === undefined || added.length > 1) return null;
  if (layer === "advice") {
    const narrowed = keepGainingTexts(member.candidate, evidence.queries);
    const isNarrow = narrowed === null || target.length < 2;
    return isNarrow ? null : { added: [member.id], narrowed, layer };
  }
  const regressed = regressedQueries(evidence, base);
  if (gainWithout(evidence, regressed) < state.problem.gainMin * MARGINAL_SHARE) return null;
  const compensating = idsOf(compensatingMembers(state, base, member, regressed));
  return compensating.length === 0
    ? null
    : { added: [member.id, ...compensating], narrowed: null, layer };
}

/** What a step would gain of the workload if these queries were left as they were. */
function gainWithout(
  { queries, workload }: Measured["evidence"],
  regressed: readonly { fingerprint: string }[],
): number {
  const isLeft = new Set(regressed.map(({ fingerprint }) => fingerprint));
  const savedMs = queries
    .filter(({ fingerprint }) => !isLeft.has(fingerprint))
    .reduce((sum, one) => sum + one.calls * (one.baseline.median_ms - one.candidate.median_ms), 0);
  return workload.baseline_ms > 0 ? savedMs / workload.baseline_ms : 0;
}

/** The chosen changes were measured without one of them: it goes when it no longer pays. */
function applyRemoval(state: SearchState, action: MeasureStep, result: Measured): Applied {
  const { added, base, layer } = action;
  const [member] = added;
  if (member === undefined) return { state, events: [] };
  const { evidence } = result;
  const full = baseOf(state, layer);
  const lost = evidence.workload.gain;
  const inverse = {
    value: inverseGain(lost.value),
    low: inverseGain(lost.high),
    high: inverseGain(lost.low),
  };
  const gain = composeGains(full.gain, inverse);
  // Inserts were measured with the member: without it they cost no more.
  const net = netGain(gain.value, result.baseOverhead, full.inserts, state.problem.costs);
  const residual = applyGains(full.residual, evidence.queries, (one) =>
    inverseGain(significantGain(one)),
  );
  const verdict = judgeBy(
    { ...evidence, net_gain: full.netGain - net },
    marginalThreshold(state.problem, [member.candidate]),
    {
      isRemoval: kindOf(member.candidate.change).isRemoval,
      residual,
      gainWeight: state.problem.costs.readShare * (1 - gain.value),
    },
  );
  const [only, ...others] = base.members;
  const isSingle = only !== undefined && others.length === 0;
  const without: ChosenSet = isSingle
    ? aloneSet(only)
    : { ...full, members: base.members, gain, netGain: net, residual, direct: null };
  const trial = { ...measuredSet(base.members, evidence, without), insert_ratio: null };
  const tried = addTrial(state, { ...trial, storage_overhead: result.baseOverhead });
  if (verdict.is_accepted)
    return log(tried, action, "rejected", `Still needed: ${verdict.reason}`, result);
  return dropRedundant(tried, action, member, without, verdict, result);
}

function dropRedundant(
  state: SearchState,
  action: MeasureStep,
  member: Member,
  without: ChosenSet,
  { code, reason }: Verdict,
  result: Measured,
): Applied {
  const isHarmful = HARMFUL.has(code);
  const verdict = makeVerdict(
    isHarmful ? "harmful_in_set" : "redundant_in_set",
    `${isHarmful ? "Harmful" : "Redundant"} beside the changes chosen after it: ${reason}`,
  );
  const beside = without.members.filter((one) => shareTarget(one, member) || interact(one, member));
  const rejected = reject(state, member.id, {
    ...{ verdict, beside: idsOf(beside) },
    step: { base: idsOf(without.members), replaced: [] },
  });
  const core = action.layer === "executable" ? without : state.core;
  const harmful = isHarmful ? withItem(state.harmful, member.id) : state.harmful;
  const { state: after, events } = log(
    { ...rejected, core, chosen: without, harmful },
    action,
    "accepted",
    verdict.reason,
    result,
  );
  return { state: after, events: [...events, droppedEvent(state, member, verdict)] };
}

function log(
  state: SearchState,
  action: MeasureStep,
  outcome: Outcome,
  reason: string,
  result: Measured | null = null,
): Applied {
  const { base, target, added, removed, isRemoval } = action;
  const event: ProofEvent = {
    kind: "set_tried",
    at_ms: state.clock.elapsedMs,
    // Of a removal, what is left is what was tried.
    candidate_ids: idsOf(isRemoval ? base.members : target),
    added: isRemoval ? [] : idsOf(added),
    removed: isRemoval ? idsOf(added) : idsOf(removed),
    outcome,
    gain: result?.evidence.workload.gain ?? null,
    reason,
  };
  return { state, events: [event] };
}
