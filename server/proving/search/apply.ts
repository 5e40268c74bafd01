import type { ProofEvent } from "@/server/contracts";
import { applyAlone } from "./apply-alone";
import { applyConfirmation } from "./apply-confirmation";
import { applyStep } from "./apply-step";
import { suggestedSet } from "./choose";
import { nextAlone } from "./next";
import type { Applied } from "./record";
import { aloneSet, EMPTY_SET, idsOf, layerOf, membersInOrder } from "./sets";
import type {
  Action,
  ActionResult,
  ChosenSet,
  Layer,
  MeasuringAction,
  SearchClock,
  SearchProblem,
  SearchState,
  StepResult,
} from "./state";
import { setKey } from "./state";
import { toCompletion } from "./time";

export function startSearch(problem: SearchProblem, clock: SearchClock): SearchState {
  return {
    problem,
    clock,
    mode: "advising",
    alone: new Map(),
    core: EMPTY_SET,
    chosen: EMPTY_SET,
    trials: [],
    tried: new Set(),
    cutOff: new Set(),
    rejections: new Map(),
    besideOthers: new Map(),
    harmful: new Set(),
    followUp: null,
    needsReconfirmation: false,
    remeasuring: null,
    fallbacks: new Map(),
    deepened: null,
    published: null,
    isStopped: false,
  };
}

/** The state after an action, and what is to be told of it. Throws nothing. */
export function apply(state: SearchState, action: Action, result: ActionResult): Applied {
  const clock = { ...state.clock, elapsedMs: result.elapsedMs };
  const timed = { ...state, clock };
  const applied = applyResult(timed, action, result);
  return { ...applied, state: settle(applied.state) };
}

function applyResult(state: SearchState, action: Action, result: ActionResult): Applied {
  if (action.kind === "publish" && result.of === "publish") {
    return applyPublication(state, action.isComplete, action.note, result.answer);
  }
  if (action.kind === "deepen" && result.of === "deepen") {
    const { set, alone } = result;
    const deepened = { key: setKey(action.set.members), set, alone };
    const candidate_ids = idsOf(action.set.members);
    const at_ms = state.clock.elapsedMs;
    return {
      state: { ...state, deepened },
      events: [{ kind: "evidence_deepened", at_ms, candidate_ids }],
    };
  }
  if (isMeasuring(action) && result.of === "measurement") {
    const first = state.remeasuring?.first;
    // A second measurement that cannot be made leaves the first.
    const isLost = first !== undefined && !["measured", "differs"].includes(result.result.kind);
    const measured: StepResult = isLost ? first : result.result;
    return applyMeasurement({ ...state, remeasuring: null, followUp: null }, action, measured);
  }
  return { state, events: [] };
}

const isMeasuring = (action: Action): action is MeasuringAction =>
  action.kind === "measure_alone" ||
  action.kind === "measure_step" ||
  action.kind === "confirm_set";

function applyMeasurement(
  state: SearchState,
  action: MeasuringAction,
  result: StepResult,
): Applied {
  switch (action.kind) {
    case "measure_alone":
      return applyAlone(state, action, result);
    case "measure_step":
      return applyStep(state, action, result);
    case "confirm_set":
      return applyConfirmation(state, action, result);
  }
}

function applyPublication(
  state: SearchState,
  isComplete: boolean,
  note: string | null,
  answer: "continue" | "stop",
): Applied {
  const { members } = suggestedSet(state);
  const at_ms = state.clock.elapsedMs;
  const events: ProofEvent[] = [];
  if (state.mode === "advising") {
    const isReached = ({ candidate_id }: { candidate_id: string }) => {
      const outcome = state.alone.get(candidate_id);
      return outcome !== undefined && outcome.kind !== "out_of_time";
    };
    const open = state.problem.candidates.filter((one) => !isReached(one));
    const not_reached = open.map(({ candidate_id }) => candidate_id);
    if (not_reached.length > 0) events.push({ kind: "time_budget_ended", at_ms, not_reached });
  }
  const candidate_ids = idsOf(members);
  events.push({ kind: "advice_published", at_ms, candidate_ids, is_complete: isComplete, note });
  const isStopped = answer === "stop" && !isComplete;
  if (isStopped) events.push({ kind: "stopped", at_ms, reason: "Somebody has decided." });
  const published = { key: setKey(members), members };
  const after: SearchState = {
    ...state,
    ...{ published, isStopped, cutOff: new Set<string>() },
    mode: isComplete || isStopped ? "finished" : "completing",
    clock: isComplete ? state.clock : toCompletion(state.clock),
  };
  return { state: after, events };
}

/** A set begins with the first change that pays alone; that needs no measurement. */
function settle(state: SearchState): SearchState {
  if (state.mode === "advising" && nextAlone(state) !== null) return state;
  const core = state.core.members.length > 0 ? state.core : firstOf(state, "executable");
  const isGrown = core.members.length > state.core.members.length;
  const chosen = isGrown ? core : state.chosen;
  const settled = chosen.members.length > 0 ? chosen : firstOf(state, "advice");
  return { ...state, core, chosen: settled };
}

function firstOf(state: SearchState, layer: Layer): ChosenSet {
  const first = membersInOrder(state).find(
    (one) => one.role === "standalone" && layerOf(one) === layer && !state.harmful.has(one.id),
  );
  return first === undefined ? EMPTY_SET : aloneSet(first);
}
