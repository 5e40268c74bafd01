import { significantGain } from "../gain";
import {
  MARGINAL_SHARE,
  marginalThreshold,
  REGRESSION_MIN,
  regressedQueries,
  requiredGain,
} from "../judge";
import { suggestedSet } from "./choose";
import { describeUpdate } from "./conclude";
import {
  baseOf,
  bestCaseBeside,
  candidatesOf,
  compensatingMembers,
  excludedBy,
  idsOf,
  interact,
  isExpected,
  layerOf,
  mayJoin,
  membersInOrder,
  narrowTo,
  servesSlowed,
  shareTarget,
  stepKey,
} from "./sets";
import type {
  Action,
  ChosenSet,
  ConfirmSet,
  Layer,
  MeasureStep,
  MeasuringAction,
  Member,
  SearchState,
} from "./state";
import { setKey } from "./state";
import { aloneUntilMs, extraAloneMs, extraSetMs, hasTimeFor, stepUntilMs } from "./time";

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
  const { problem, alone, clock, mode } = state;
  const open = problem.order.filter((id) => {
    const outcome = alone.get(id);
    return outcome === undefined || (outcome.kind === "out_of_time" && mode === "completing");
  });
  const candidate = problem.candidates.find((one) => one.candidate_id === open[0]);
  if (candidate === undefined) return null;
  const joining = membersInOrder(state).filter((member) => mayJoin(problem, member));
  const untilMs = aloneUntilMs(state, joining);
  if (clock.elapsedMs > untilMs) return null;
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

/** A member that may be measured beside the base, or in the place of what it excludes there. */
interface Evaluation {
  member: Member;
  /** The member, and what it needs beside it. */
  added: readonly Member[];
  isExpected: boolean;
}

/** Members of the layer that no step has decided beside the present base. */
function openEvaluations(state: SearchState, layer: Layer): Evaluation[] {
  const base = baseOf(state, layer);
  const evaluations = membersInOrder(state).flatMap((member): Evaluation[] => {
    const added = openAddition(state, layer, base, member);
    return added === null ? [] : [{ member, added, isExpected: isExpected(state, base, added) }];
  });
  // What is expected to gain little must not take the time of the rest.
  const order = ({ member, isExpected }: Evaluation) =>
    member.role === "conditional" ? 3 - bestCaseBeside(state, base, member) : isExpected ? 0 : 1;
  evaluations.sort((a, b) => order(a) - order(b));
  return [...evaluations, ...openExchanges(state, layer, base)];
}

/**
 * Members in the place of what they exclude, together with indexes for what those served: an exchange
 * that loses by itself may win so.
 */
function openExchanges(state: SearchState, layer: Layer, base: ChosenSet): Evaluation[] {
  if (layer === "advice") return [];
  const { members } = base;
  return membersInOrder(state).flatMap((member): Evaluation[] => {
    if (layerOf(member) !== layer || state.harmful.has(member.id)) return [];
    const excluded = excludedBy(members, member);
    if (excluded.length === 0 || idsOf(members).includes(member.id)) return [];
    const kept = members.filter((one) => !excluded.includes(one));
    const isServed = ({ fingerprint }: { fingerprint: string }) =>
      [member, ...kept].some((one) =>
        one.evidence.queries.some((query) => query.fingerprint === fingerprint && gains(query)),
      );
    const served = excluded.flatMap(({ evidence }) =>
      evidence.queries.filter((query) => gains(query) && !isServed(query)),
    );
    const beside = { ...base, members: kept };
    const indexes = compensatingMembers(state, beside, member, served, { isPartial: true });
    const added = [member, ...indexes];
    const isKnown = (key: string) => state.tried.has(key) || state.cutOff.has(key);
    if (indexes.length === 0 || isKnown(stepKey(members, [...kept, ...added]))) return [];
    return isExpected(state, base, added) ? [{ member, added, isExpected: true }] : [];
  });
}

const gains = ({ gain }: Member["evidence"]["queries"][number]): boolean =>
  significantGain(gain) > 0;

/** What would be added to the base for this member; null where that is decided, or cannot be. */
function openAddition(
  state: SearchState,
  layer: Layer,
  base: ChosenSet,
  member: Member,
): readonly Member[] | null {
  const { members } = base;
  if (layerOf(member) !== layer) return null;
  if (member.role === "compensating" && !servesSlowed(base, member)) return null;
  if (members.some(({ id }) => id === member.id) || state.harmful.has(member.id)) return null;
  const excluded = excludedBy(members, member);
  if (layer === "advice" && excluded.some((one) => layerOf(one) === "executable")) return null;
  const kept = members.filter((one) => !excluded.includes(one));
  const added = [member];
  if (member.role === "conditional") {
    const { gainMin } = state.problem;
    if (bestCaseBeside(state, base, member) < gainMin * MARGINAL_SHARE) return null;
    // What slows a query alone needs others to stand beside: those chosen, or an index that serves it.
    if (kept.length === 0) {
      const regressed = regressedQueries(member.evidence);
      added.push(...compensatingMembers(state, { ...base, members: kept }, member, regressed));
      if (added.length < 2) return null;
    }
  }
  const key = stepKey(members, [...kept, ...added]);
  if (state.tried.has(key) || state.cutOff.has(key)) return null;
  return isStillRejected(state, members, member) ? null : added;
}

function isStillRejected(state: SearchState, base: readonly Member[], member: Member): boolean {
  const rejection = state.rejections.get(member.id);
  if (rejection === undefined) return false;
  const { beside, step } = rejection;
  if (!beside.every((id) => idsOf(base).includes(id))) return false;
  if (step === null) return true;
  const newcomers = base.filter(({ id }) => !step.base.includes(id));
  return !newcomers.some((one) => [member, ...step.replaced].some((other) => interact(one, other)));
}

function nextEvaluation(state: SearchState, layer: Layer): MeasureStep | null {
  for (const { added } of openEvaluations(state, layer)) {
    const step = stepBeside(state, layer, added);
    if (step !== null) return step;
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
    const key = stepKey(others, base.members);
    if (state.tried.has(key) || state.cutOff.has(key)) continue;
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
