import { insertTimeShare } from "@/server/advisor";
import type { Candidate, ProofResult } from "@/server/contracts";
import { formatCount, formatPlural } from "@/server/format";
import { netGain } from "./gain";
import {
  type Bench,
  deepenEvidence,
  isSampled,
  type MeasuringRoom,
  performMeasurement,
} from "./measure";
import {
  createEventReporter,
  type EventReporter,
  openBench,
  type ProofRun,
  withFaultReport,
} from "./proof-run";
import {
  type Action,
  type ActionResult,
  apply,
  BESIDE_OTHERS,
  concludeSearch,
  createClock,
  describeUpdate,
  type MeasuringAction,
  next,
  orderCandidates,
  type SearchState,
  setsInUse,
  startSearch,
  suggestedSet,
} from "./search";

/** How long the search waits before it asks again whether it may go on. */
const PAUSE_MS = 2000;

/**
 * Carries out what the search decides, until it is finished: measures, tells each event, publishes the
 * advice, and goes on afterwards while nobody has decided and the product is not busy. A fault of the
 * program is told with the candidate it fell at, and thrown.
 */
export async function runSearch(run: ProofRun): Promise<ProofResult> {
  const { room, timer } = run;
  const { input, progress } = room;
  const bench = openBench(room);
  let state = recall(run, startSearch(problemOf(room), clockOf(run)));
  const tell = createEventReporter(run);
  tell([
    {
      kind: "proof_started",
      at_ms: timer.elapsedMs(),
      candidates: input.candidates.length,
      budget_ms: input.secondsMax * 1000,
    },
  ]);
  for (;;) {
    const action = next(state);
    if (action.kind === "finish") break;
    if (state.mode === "completing") {
      const answer = await askToGoOn(run, action, tell);
      if (answer === "yield") await publishUnfinished(run, state);
      if (answer !== "continue") break;
    }
    const result = await perform(run, bench, state, action, tell);
    const applied = apply(state, action, result);
    state = applied.state;
    tell(applied.events);
    const best = suggestedSet(state);
    if (best.members.length > 0) {
      progress.setBest({ candidate_ids: best.members.map(({ id }) => id).sort(), gain: best.gain });
    }
    await bench.variants.keepOnly(setsInUse(state));
  }
  const result = concludeSearch(state, run);
  for (const proved of [...result.accepted, ...result.alternatives]) {
    if (state.problem.order.includes(proved.candidate.candidate_id)) progress.addVerdict(proved);
  }
  const count = result.accepted.length;
  progress.report(
    "done",
    1,
    `${formatCount(count)} of ${formatPlural(input.candidates.length, "candidate")} ${count === 1 ? "pays" : "pay"}`,
  );
  return result;
}

/**
 * What an earlier proof measured of each candidate alone counts again, where the data and the schema
 * are the same: only what joins a set is built anew.
 */
function recall({ room, timer }: ProofRun, start: SearchState): SearchState {
  const { input, costs } = room;
  const { data_version, schema_fingerprint } = input.schema;
  return (input.remembered ?? []).reduce((state, { candidate, evidence, verdict }) => {
    const isKnown = input.candidates.some((one) => one.candidate_id === candidate.candidate_id);
    const isSame =
      evidence?.basis === "measured" &&
      evidence.data_version === data_version &&
      evidence.schema_fingerprint === schema_fingerprint;
    // Evidence of what is suggested only beside others is not of the change alone.
    if (!isKnown || !isSame || verdict.reason.startsWith(BESIDE_OTHERS)) return state;
    const { insert_cost: cost } = evidence;
    const { table } = candidate.change;
    const timeShare = insertTimeShare(input.queries, cost?.table ?? table);
    const inserts = cost === null ? [] : [{ cost, timeShare }];
    const net_gain = netGain(
      evidence.workload.gain.value,
      evidence.storage.overhead,
      inserts,
      costs,
    );
    const action = recalledAction(candidate);
    return apply(state, action, {
      of: "measurement",
      elapsedMs: timer.elapsedMs(),
      result: { kind: "measured", evidence: { ...evidence, net_gain }, inserts, baseOverhead: 0 },
    }).state;
  }, start);
}

/** As if it had just been measured, and needed no second look. */
function recalledAction(candidate: Candidate): MeasuringAction {
  return {
    ...{ kind: "measure_alone", candidate, isRepeat: true },
    limits: { extraMs: 0, untilMs: 0 },
    stopping: { gainMin: 0, regressionMin: 0 },
  };
}

function problemOf({ input, workload, costs }: MeasuringRoom): SearchState["problem"] {
  const order = orderCandidates(input).map(({ candidate_id }) => candidate_id);
  const { candidates, earlier, gainMin, learned } = input;
  return { candidates, order, workload, earlier, gainMin, learned, costs };
}

function clockOf({ room, timer }: ProofRun): SearchState["clock"] {
  const { input, tables } = room;
  const completionMs = (input.completion?.secondsMax ?? 0) * 1000;
  const clock = createClock(input.secondsMax * 1000, completionMs, tables.some(isSampled));
  return { ...clock, elapsedMs: timer.elapsedMs() };
}

/** Waits while the product is busy, and tells why the search ends where it does. */
async function askToGoOn(
  { room, clock, timer }: ProofRun,
  action: Action,
  tell: EventReporter,
): Promise<keyof typeof END_REASONS | "continue"> {
  const { completion, signal } = room.input;
  // What was found is published whatever else goes on.
  if (completion === null || action.kind === "publish") return "continue";
  let isPaused = false;
  for (;;) {
    signal.throwIfAborted();
    const answer = await completion.check();
    const at_ms = timer.elapsedMs();
    if (answer !== "pause") {
      if (isPaused) tell([{ kind: "resumed", at_ms, paused_ms: timer.resume() }]);
      if (answer !== "continue") tell([{ kind: "stopped", at_ms, reason: END_REASONS[answer] }]);
      return answer;
    }
    if (!isPaused) {
      isPaused = true;
      timer.pause();
      tell([{ kind: "paused", at_ms, reason: "The data product is busy." }]);
    }
    await clock.wait(PAUSE_MS, signal);
  }
}

const END_REASONS = {
  stop: "Somebody has decided.",
  yield: "Another proof of the product comes first.",
};

/** What was measured since the last advice must not be measured again when the search goes on. */
async function publishUnfinished(run: ProofRun, state: SearchState): Promise<void> {
  const note = describeUpdate(state, suggestedSet(state));
  await run.room.input.onAdvice(concludeSearch(state, run), { isComplete: false, note });
}

async function perform(
  run: ProofRun,
  bench: Bench,
  state: SearchState,
  action: Exclude<Action, { kind: "finish" }>,
  tell: EventReporter,
): Promise<ActionResult> {
  const { room, timer } = run;
  const { input } = room;
  switch (action.kind) {
    case "publish": {
      const { isComplete, note } = action;
      const answer = await input.onAdvice(concludeSearch(state, run), { isComplete, note });
      return { of: "publish", answer, elapsedMs: timer.elapsedMs() };
    }
    case "deepen": {
      const deepened = await deepenEvidence(bench, action.set, state.clock.deepenEndMs);
      return { ...deepened, elapsedMs: timer.elapsedMs() };
    }
    default: {
      const result = await measure(run, bench, state, action, tell);
      return { of: "measurement", result, elapsedMs: timer.elapsedMs() };
    }
  }
}

async function measure(
  run: ProofRun,
  bench: Bench,
  state: SearchState,
  action: MeasuringAction,
  tell: EventReporter,
) {
  const { timer } = run;
  const { progress } = run.room;
  if (action.kind === "measure_alone") {
    const { candidate_id, title } = action.candidate;
    const at_ms = timer.elapsedMs();
    tell([{ kind: "candidate_started", at_ms, candidate_id, title, is_repeat: action.isRepeat }]);
  }
  const phase = phaseOf(state, action);
  return withFaultReport(run, nameOf(action), () =>
    performMeasurement(bench, action, (message) =>
      progress.report(phase, partOf(state, action, timer.elapsedMs()), message),
    ),
  );
}

function phaseOf({ mode }: SearchState, { kind }: MeasuringAction) {
  if (mode === "completing") return "completing" as const;
  return kind === "measure_alone" ? ("measure" as const) : ("set" as const);
}

/** How much of the phase is done, 0..1. */
function partOf(state: SearchState, action: MeasuringAction, elapsedMs: number): number {
  if (action.kind === "measure_alone") return state.alone.size / state.problem.order.length;
  return Math.min(0.95, elapsedMs / Math.max(1, state.clock.deadlineMs));
}

function nameOf(action: MeasuringAction): string {
  switch (action.kind) {
    case "measure_alone":
      return `measuring ${action.candidate.candidate_id}`;
    case "measure_step":
      return `measuring ${action.target.map(({ id }) => id).join(", ")} together`;
    case "confirm_set":
      return `measuring ${action.set.members.map(({ id }) => id).join(", ")} together`;
  }
}
