import { MARGINAL_SHARE, marginalThreshold, REGRESSION_MIN, requiredGain } from "../judge";
import { suggestedSet } from "./choose";
import { describeUpdate } from "./conclude";
import { openEvaluations, openExchanges, wasMeasured } from "./evaluations";
import {
  baseOf,
  candidatesOf,
  excludedBy,
  layerOf,
  mayJoin,
  membersInOrder,
  narrowTo,
  shareTarget,
} from "./sets";
import type {
  Action,
  ConfirmSet,
  Layer,
  MeasureStep,
  MeasuringAction,
  Member,
  SearchState,
} from "./state";
import { setKey } from "./state";
import {
  aloneUntilMs,
  extraAloneMs,
  extraSetMs,
  hasTimeAlone,
  hasTimeFor,
  stepUntilMs,
} from "./time";

/**
 * What to do next. Before the first advice: candidates alone while their part of the time lasts, then
 * steps of the set, the measurement of all chosen changes together, a deeper look, the advice.
 * Afterwards steps of the set come before further candidates, and the advice follows each change of
 * the set.
 */
export function next(state: SearchState): Action {
  if (state.mode === "finished") return { kind: "finish" };
  if (state.isStopped) return { kind: "finish" };
  if (state.remeasuring !== null) return repeatOf(state, state.remeasuring.action);
  if (state.mode === "advising") {
    return nextAlone(state) ?? nextSetStep(state) ?? toPublication(state);
  }
  const step = nextSetStep(state);
  if (step !== null) return step;
  const isOpen = nextAlone(state) !== null;
  const isNew =
    setKey(suggestedSet(state).members) !== state.published?.key || needsConfirmation(state);
  return (isOpen && !isNew ? nextAlone(state) : null) ?? toPublication(state);
}

/** Is nothing left to measure, whatever the time? */
function isExhausted(state: SearchState): boolean {
  const timeless = { ...state, clock: TIMELESS, mode: "completing" as const };
  return (
    state.remeasuring === null &&
    nextAlone(timeless) === null &&
    nextSetStep(timeless) === null &&
    nextConfirmation(timeless) === null
  );
}

const TIMELESS = {
  elapsedMs: 0,
  endMs: Number.POSITIVE_INFINITY,
  deadlineMs: Number.POSITIVE_INFINITY,
  deepenEndMs: Number.POSITIVE_INFINITY,
  budgetMs: 0,
  completionMs: Number.POSITIVE_INFINITY,
};

export function nextAlone(state: SearchState): Action | null {
  const { problem, alone, mode } = state;
  const open = problem.order.filter((id) => {
    const outcome = alone.get(id);
    return outcome === undefined || (outcome.kind === "out_of_time" && mode === "completing");
  });
  const candidate = problem.candidates.find((one) => one.candidate_id === open[0]);
  if (candidate === undefined) return null;
  const members = membersInOrder(state);
  const joining = members.filter((member) => mayJoin(problem, member));
  const untilMs = aloneUntilMs(state, joining);
  if (!hasTimeAlone(state, untilMs, joining.length < 2 ? [] : members)) return null;
  const { gainMin, regressionMin } = requiredGain(problem, [candidate]);
  return {
    kind: "measure_alone",
    candidate,
    isRepeat: false,
    limits: { extraMs: extraAloneMs(state, untilMs, open.length), untilMs },
    stopping: { gainMin, regressionMin },
  };
}

/** Executable changes first, by themselves; then advice beside them. */
function nextSetStep(state: SearchState): Action | null {
  if (state.needsReconfirmation) return nextConfirmation(state);
  return (
    followUpStep(state) ??
    nextEvaluation(state, "executable") ??
    nextRemoval(state, "executable") ??
    nextEvaluation(state, "advice") ??
    nextRemoval(state, "advice")
  );
}

function followUpStep(state: SearchState): Action | null {
  const { followUp } = state;
  if (followUp === null) return null;
  const members = membersInOrder(state).filter(({ id }) => followUp.added.includes(id));
  const added = members.map((one) =>
    followUp.narrowed?.candidate_id === one.id ? narrowTo(one, followUp.narrowed) : one,
  );
  return stepBeside(state, followUp.layer, added);
}

function nextEvaluation(state: SearchState, layer: Layer): MeasureStep | null {
  for (const open of [openEvaluations, openExchanges]) {
    for (const added of open(state, layer)) {
      const step = stepBeside(state, layer, added);
      if (step !== null) return step;
    }
  }
  return null;
}

/** null where no time is left for it. */
function stepBeside(
  state: SearchState,
  layer: Layer,
  added: readonly Member[],
): MeasureStep | null {
  const base = baseOf(state, layer);
  const removed = base.members.filter((one) =>
    added.some((member) => excludedBy([one], member).length > 0),
  );
  const target = [...base.members.filter((one) => !removed.includes(one)), ...added];
  if (!hasTimeFor(state.clock, target, added)) return null;
  const threshold = marginalThreshold(state.problem, candidatesOf(added), candidatesOf(removed));
  return {
    ...{ kind: "measure_step", layer, base, target, added, removed },
    ...{ isRemoval: false, isRepeat: false },
    limits: { extraMs: extraSetMs(state), untilMs: stepUntilMs(state.clock, target) },
    stopping: { gainMin: threshold.gainMin, regressionMin: threshold.regressionMin },
  };
}

/**
 * Chosen changes that a later one may have made needless, one after the other: both are meant for a
 * query, and of one layer. What pays only beside others is not left by itself.
 */
function nextRemoval(state: SearchState, layer: Layer): MeasureStep | null {
  const base = baseOf(state, layer);
  for (const [index, member] of base.members.entries()) {
    const later = base.members.slice(index + 1).filter((one) => layerOf(one) === layer);
    if (layerOf(member) !== layer || !later.some((one) => shareTarget(one, member))) continue;
    const others = base.members.filter((one) => one !== member);
    if (others.length === 1 && others[0]?.role !== "standalone") continue;
    if (wasMeasured(state, others, base.members)) continue;
    if (!hasTimeFor(state.clock, base.members)) continue;
    const threshold = marginalThreshold(state.problem, [member.candidate]);
    return {
      ...{ kind: "measure_step", layer, target: base.members, added: [member], removed: [] },
      // What the member does not touch is left as it is with it; what it touches is measured.
      base: { ...base, members: others, direct: null },
      ...{ isRemoval: true, isRepeat: false },
      limits: { extraMs: extraSetMs(state), untilMs: stepUntilMs(state.clock, base.members) },
      stopping: { gainMin: threshold.gainMin, regressionMin: threshold.regressionMin },
    };
  }
  return null;
}

/** Several changes whose gain together is composed of steps. */
const needsConfirmation = ({ chosen }: SearchState): boolean =>
  chosen.members.length > 1 && chosen.direct === null;

/** Begins while the budget lasts, even when time is short: what does harm must not be suggested. */
function nextConfirmation(state: SearchState): ConfirmSet | null {
  const { clock, chosen, mode } = state;
  const endMs = mode === "completing" ? clock.completionMs : clock.budgetMs;
  if (!needsConfirmation(state) || clock.elapsedMs > endMs) return null;
  if (state.cutOff.has(setKey(chosen.members))) return null;
  return {
    kind: "confirm_set",
    set: chosen,
    isRepeat: false,
    limits: { extraMs: extraSetMs(state), untilMs: Number.POSITIVE_INFINITY },
    stopping: {
      gainMin: state.problem.gainMin * MARGINAL_SHARE,
      regressionMin: REGRESSION_MIN,
    },
  };
}

function toPublication(state: SearchState): Action {
  const confirmation = nextConfirmation(state);
  if (confirmation !== null) return confirmation;
  const suggested = suggestedSet(state);
  const key = setKey(suggested.members);
  const hasTime = state.clock.elapsedMs <= state.clock.deepenEndMs;
  if (suggested.members.length > 0 && state.deepened?.key !== key && hasTime) {
    return { kind: "deepen", set: suggested };
  }
  const canGoOn =
    state.clock.completionMs > state.clock.budgetMs &&
    state.clock.elapsedMs < state.clock.completionMs;
  const isComplete =
    state.mode === "completing" ? nextAlone(state) === null : !canGoOn || isExhausted(state);
  return { kind: "publish", isComplete, note: describeUpdate(state, suggested) };
}

function repeatOf(state: SearchState, action: MeasuringAction): Action {
  return { ...action, isRepeat: true, limits: { ...action.limits, extraMs: extraSetMs(state) } };
}
