import type { ProofEvent, ProofResult } from "@/server/contracts";
import { deriveSeed } from "@/server/statistics";
import type { EarlierVerdicts } from "../../judge";
import { apply, concludeSearch, next, startSearch } from "..";
import type {
  Action,
  ActionResult,
  MeasuringAction,
  Member,
  SearchProblem,
  SearchState,
} from "../state";
import { createClock } from "../time";
import { COSTS, type Noise, simulateMeasurement } from "./measure";
import type { World } from "./world";

export interface SimulationOptions {
  noise: Noise;
  /** Of the noise; the world has its own. */
  seed: number;
  budgetMs?: number;
  completionMs?: number;
  earlier?: EarlierVerdicts;
  /** How many times as long as expected everything takes from now on, asked before each action. */
  slowness?: (elapsedMs: number) => number;
  /** Answer to the advice. */
  onAdvice?: (result: ProofResult, isComplete: boolean) => "continue" | "stop";
}

interface SimulatedAction {
  action: Action;
  startMs: number;
  endMs: number;
  state: SearchState;
}

export interface Simulation {
  result: ProofResult;
  /** Every advice that was published, the last one last. */
  advice: { result: ProofResult; isComplete: boolean; atMs: number }[];
  actions: SimulatedAction[];
  events: ProofEvent[];
  state: SearchState;
}

export const GAIN_MIN = 0.1;
const ACTIONS_MAX = 5000;
/** More than any simulated search needs. */
export const ENOUGH_MS = 1e9;

/** A whole search on a synthetic product, without a database or a clock. Throws RangeError when it does not end. */
export function simulateSearch(world: World, options: SimulationOptions): Simulation {
  const { budgetMs = ENOUGH_MS, completionMs = 0 } = options;
  const problem = problemOf(world, options.earlier ?? new Map());
  let state = startSearch(problem, createClock(budgetMs, completionMs, false));
  const simulation = {
    advice: [] as Simulation["advice"],
    actions: [] as SimulatedAction[],
    events: [] as ProofEvent[],
  };
  for (let count = 0; count < ACTIONS_MAX; count++) {
    const action = next(state);
    if (action.kind === "finish") {
      const result = concludeSearch(state, { excluded: [], findings: [] });
      return { ...simulation, result, state };
    }
    const startMs = state.clock.elapsedMs;
    const outcome = perform(world, state, action, options, simulation.advice);
    simulation.actions.push({ action, startMs, endMs: outcome.elapsedMs, state });
    const applied = apply(state, action, outcome);
    simulation.events.push(...applied.events);
    state = applied.state;
  }
  throw new RangeError(`The search of world ${world.seed} does not end.`);
}

function problemOf(world: World, earlier: EarlierVerdicts): SearchProblem {
  const isKnown = ({ candidate_id }: { candidate_id: string }) =>
    earlier.get(candidate_id) === "suggested";
  const ids = [
    ...world.candidates.filter(isKnown),
    ...world.candidates.filter((one) => !isKnown(one)),
  ].map(({ candidate_id }) => candidate_id);
  return {
    candidates: world.candidates,
    order: ids,
    workload: { replayed: world.queries, untouched: [], notReplayed: [], coverage: 1 },
    earlier,
    gainMin: GAIN_MIN,
    costs: COSTS,
  };
}

function perform(
  world: World,
  state: SearchState,
  action: Exclude<Action, { kind: "finish" }>,
  options: SimulationOptions,
  advice: Simulation["advice"],
): ActionResult {
  const now = state.clock.elapsedMs;
  if (action.kind === "publish") {
    const result = concludeSearch(state, { excluded: [], findings: [] });
    advice.push({ result, isComplete: action.isComplete, atMs: now });
    const answer = options.onAdvice?.(result, action.isComplete) ?? "continue";
    return { of: "publish", elapsedMs: now, answer };
  }
  if (action.kind === "deepen") {
    return { of: "deepen", elapsedMs: now + 50, set: null, alone: new Map() };
  }
  return measure(world, action, options, now);
}

function measure(
  world: World,
  action: MeasuringAction,
  { noise, seed, slowness = () => 1 }: SimulationOptions,
  now: number,
): ActionResult {
  const sides = sidesOf(action);
  const runSeed = deriveSeed(seed, action.isRepeat ? "again" : "first");
  const result = simulateMeasurement(world, sides, { noise, seed: runSeed });
  const { build_ms, duration_ms } = result.evidence;
  const slow = slowness(now);
  const evidence = {
    ...result.evidence,
    build_ms: build_ms * slow,
    duration_ms: duration_ms * slow,
  };
  const endMs = now + evidence.build_ms + evidence.duration_ms;
  const { untilMs } = action.limits;
  if (endMs > untilMs) {
    return {
      of: "measurement",
      elapsedMs: Math.max(now, untilMs) + 25,
      result: { kind: "out_of_time" },
    };
  }
  return { of: "measurement", elapsedMs: endMs, result: { ...result, evidence } };
}

function sidesOf(action: MeasuringAction) {
  switch (action.kind) {
    case "measure_alone": {
      const member = { id: action.candidate.candidate_id, candidate: action.candidate } as Member;
      return { base: [], target: [member], judged: [member] };
    }
    case "measure_step":
      return {
        base: action.base.members,
        target: action.target,
        judged: [...action.added, ...action.removed],
      };
    case "confirm_set":
      return { base: [], target: action.set.members, judged: action.set.members };
  }
}
