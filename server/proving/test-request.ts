import {
  type Candidate,
  hasMeasuredCost,
  type MeasuredEvidence,
  makeVerdict,
  type Plan,
  type ProofEvent,
  type ProofResult,
  type ProvedCandidate,
  type Verdict,
} from "@/server/contracts";
import { costOfFit, isUnclear, judgeFit, REGRESSION_MIN } from "./judge";
import {
  attempt,
  type Bench,
  describeSample,
  findRevertDifference,
  findViolations,
  type MeasuringRoom,
  performMeasurement,
} from "./measure";
import { createEventReporter, openBench, type ProofRun, withFaultReport } from "./proof-run";
import type { ProofInput } from "./types";

/** What began ends by this part of the time: the rest is for clearing up. */
const DEADLINE_SHARE = 0.97;
/** Part of the time for pairs beyond the minimum, of one measurement. */
const EXTRA_SHARE = 0.25;
/** A doubtful measurement is made again while no more than this part of the time has passed. */
const REPEAT_SHARE = 0.7;

interface Tested {
  verdict: Verdict;
  evidence: MeasuredEvidence | null;
}

/**
 * Tests changes that were asked for, all together: what rows that are there must satisfy, that the plan
 * applies and reverts exactly, then results, queries, writes, storage and inserts as of any candidate.
 * Publishes the result once. A fault of the program is told with the changes, and thrown, as is the
 * signal's reason.
 */
export async function testRequest(run: ProofRun): Promise<ProofResult> {
  const { room, timer } = run;
  const { input, progress } = room;
  const tell = createEventReporter(run);
  const { candidates, secondsMax } = input;
  const started = { at_ms: timer.elapsedMs(), candidates: candidates.length };
  tell([{ kind: "proof_started", ...started, budget_ms: secondsMax * 1000 }]);
  tell(
    candidates.map((one) => ({ kind: "candidate_started", ...about(run, one), is_repeat: false })),
  );
  const ids = candidates.map(({ candidate_id }) => candidate_id);
  const tested = await withFaultReport(run, `testing ${ids.join(", ")}`, () => test(run));
  tell(candidates.flatMap((one) => eventsOf(run, one, tested)));
  const result = resultOf(run, tested);
  await input.onAdvice(result, { isComplete: true, note: null });
  const candidate_ids = result.accepted.map(({ candidate }) => candidate.candidate_id);
  const published = { at_ms: timer.elapsedMs(), candidate_ids, is_complete: true, note: null };
  tell([{ kind: "advice_published", ...published }]);
  progress.report("done", 1, describeEnd(tested.verdict));
  return result;
}

function describeEnd(verdict: Verdict): string {
  if (hasMeasuredCost(verdict)) return "It fits, and makes something slower";
  return verdict.is_accepted ? "It fits" : "It does not fit";
}

async function test(run: ProofRun): Promise<Tested> {
  const { room } = run;
  const { input, progress } = room;
  progress.report("measure", 0, "Checking the rows that are there");
  const violations = await findViolations(room);
  if (violations !== null) return failed("violates_data", violations);
  progress.report("measure", 0.1, "Applying the change to a shadow copy, and reverting it");
  const reverted = await tryRevert(run);
  if (reverted !== null) return reverted;
  const bench = openBench(room);
  const first = await measure(run, bench);
  const isLate = run.timer.elapsedMs() > input.secondsMax * 1000 * REPEAT_SHARE;
  if (isLate || !isDoubtful(first)) return first;
  // Noise of a busy machine may look like a slowdown, or hide one.
  const second = await measure(run, bench);
  return second.evidence === null && second.verdict.code !== "results_differ" ? first : second;
}

const isDoubtful = ({ verdict, evidence }: Tested): boolean =>
  hasMeasuredCost(verdict) || (evidence !== null && verdict.is_accepted && isUnclear(evidence));

/** null: the plan applies and reverts exactly. */
async function tryRevert({ room, timer }: ProofRun): Promise<Tested | null> {
  const { input } = room;
  const timeoutMs = Math.max(1, deadlineMs(room) - timer.elapsedMs());
  const tables = [...new Set(input.candidates.map(({ change }) => change.table))];
  const tried = await attempt(input.signal, () =>
    findRevertDifference(room, { plan: planOf(room), tables, timeoutMs }),
  );
  if ("why" in tried) {
    if (tried.isLate) return failed("not_reached", LATE);
    return failed("failed_to_apply", `It cannot be applied and reverted: ${tried.why}`);
  }
  if (tried.result === null) return null;
  return failed("failed_to_apply", `Its rollback does not restore all of it: ${tried.result}.`);
}

function planOf({ input }: MeasuringRoom): Plan {
  return input.compile(input.candidates.map(({ change }) => change));
}

const deadlineMs = ({ input }: MeasuringRoom): number => input.secondsMax * 1000 * DEADLINE_SHARE;

const LATE = "The time of this test ended while it was measured.";

const failed = (code: Verdict["code"], reason: string): Tested => ({
  verdict: makeVerdict(code, reason),
  evidence: null,
});

async function measure({ room }: ProofRun, bench: Bench): Promise<Tested> {
  const { input, progress } = room;
  const { candidates, gainMin, secondsMax } = input;
  const result = await performMeasurement(
    bench,
    {
      ...{ kind: "measure_request", candidates },
      limits: { extraMs: secondsMax * 1000 * EXTRA_SHARE, untilMs: deadlineMs(room) },
      stopping: { gainMin, regressionMin: REGRESSION_MIN },
    },
    (message) => progress.report("measure", 0.3, message),
  );
  switch (result.kind) {
    case "out_of_time":
      return failed("not_reached", LATE);
    case "not_applicable":
      return failed("failed_to_apply", `It cannot be applied: ${result.why}`);
    case "failed":
      return failed("not_measurable", `It could not be measured: ${result.why}`);
    case "differs":
      return failed("results_differ", result.why);
    case "measured":
      return { verdict: withSample(room, judgeFit(result.evidence)), evidence: result.evidence };
  }
}

/** What holds of a sample need not hold of every row; the plan checks all of them when it is executed. */
function withSample(room: MeasuringRoom, verdict: Verdict): Verdict {
  const names = room.input.candidates.map(({ change }) => change.table);
  const sample = describeSample(room, names);
  return sample === null ? verdict : { ...verdict, reason: `${verdict.reason} ${sample}` };
}

function about({ timer }: ProofRun, { candidate_id, title }: Candidate) {
  return { at_ms: timer.elapsedMs(), candidate_id, title };
}

function eventsOf(
  run: ProofRun,
  candidate: Candidate,
  { verdict, evidence }: Tested,
): ProofEvent[] {
  const named = about(run, candidate);
  const events: ProofEvent[] = [];
  if (evidence !== null) {
    const { build_ms, duration_ms, workload } = evidence;
    const measured = { gain: workload.gain, build_ms, duration_ms };
    events.push({ kind: "candidate_measured", ...named, ...measured });
  }
  const kind = verdict.is_accepted ? "candidate_accepted" : "candidate_rejected";
  events.push({ kind, ...named, verdict });
  return events;
}

/** Each change has the verdict of all: they were tested together. */
function resultOf({ room, excluded, findings }: ProofRun, tested: Tested): ProofResult {
  const { verdict, evidence } = tested;
  const proved = room.input.candidates.map(
    (candidate): ProvedCandidate => ({ candidate: weighed(candidate, tested), verdict, evidence }),
  );
  const isSet = proved.length > 1 && verdict.is_accepted;
  return {
    accepted: verdict.is_accepted ? proved : [],
    alternatives: [...(verdict.is_accepted ? [] : proved), ...excluded],
    set_evidence: isSet ? evidence : null,
    sets: [],
    findings: [...findings],
  };
}

const RISK_LEVELS = ["low", "medium", "high"] as const;

/** What it makes slower, as measured, stands before what the rules say, and counts in the risk. */
function weighed(candidate: Candidate, { verdict, evidence }: Tested): Candidate {
  const cost = verdict.is_accepted && evidence !== null ? costOfFit(evidence) : null;
  if (cost === null) return candidate;
  const { drawbacks, risk } = candidate;
  const levels = [risk.level, cost.level].map((level) => RISK_LEVELS.indexOf(level));
  const level = RISK_LEVELS[Math.max(...levels)] ?? "high";
  return {
    ...candidate,
    drawbacks: [cost.drawback, ...drawbacks],
    risk: { ...risk, level },
  };
}

/** A hard fact speaks against what was asked for: published as it is, without a measurement. */
export async function refuseRequest(
  input: ProofInput,
  excluded: readonly ProvedCandidate[],
): Promise<ProofResult> {
  const nothing = { accepted: [], set_evidence: null, sets: [], findings: [] };
  const result: ProofResult = { ...nothing, alternatives: [...excluded] };
  await input.onAdvice(result, { isComplete: true, note: null });
  return result;
}
