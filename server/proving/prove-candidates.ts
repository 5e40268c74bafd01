import { mkdir } from "node:fs/promises";
import type { Candidate } from "@/server/contracts";
import {
  type Finding,
  makeVerdict,
  type ProofResult,
  type ProvedCandidate,
} from "@/server/contracts";
import { collectFindings } from "./findings/collect-findings";
import { type MeasuringRoom, openRoom, removeStaleWork } from "./measure";
import { createReporter } from "./progress";
import { runSearch } from "./runner";
import { refuseRequest, testRequest } from "./test-request";
import { MONOTONIC_CLOCK, type ProofClock, startTimer } from "./timer";
import type { ProofInput } from "./types";

/** Part of the time for looking at the data itself. */
const FINDINGS_SHARE = 0.1;

/**
 * Measures every candidate on a shadow copy of the product and chooses the best set. The first advice
 * is published within `secondsMax`; with a `completion` the search then goes on until every candidate
 * was measured or ruled out, and the result is that of its end.
 * Candidates that were asked for are tested as one instead, and nothing is searched for.
 * A candidate that fails, or does not fit into the time, gets a verdict with that reason. Everything in
 * `workDir` is removed at the end, even after an error.
 * Throws what the product's export throws, a fault of the program that a candidate brought to light,
 * and the signal's reason soon after an abort.
 */
export async function proveCandidates(
  input: ProofInput,
  clock: ProofClock = MONOTONIC_CLOCK,
): Promise<ProofResult> {
  const excluded = input.excluded.map(({ candidate, reason }) => excludedByRule(candidate, reason));
  if (input.isRequested && input.candidates.length === 0) return refuseRequest(input, excluded);
  const timer = startTimer(clock);
  await removeStaleWork(input.workDir);
  await mkdir(input.workDir, { recursive: true });
  let room: MeasuringRoom | undefined;
  try {
    const progress = createReporter(input.onProgress, input.candidates.length);
    room = await openRoom(input, { timer, progress });
    input.onCopied?.(room.tablesLeftOut);
    if (input.isRequested) return await testRequest({ room, clock, timer, excluded, findings: [] });
    const findings = await lookForFindings(room);
    return await runSearch({
      ...{ room, clock, timer, findings },
      excluded: [...room.notCopied.map(notReached), ...excluded],
    });
  } finally {
    room?.close();
    await removeStaleWork(input.workDir);
  }
}

/** An alternative that a rule speaks against: shown with its reason, never measured. */
export function excludedByRule(candidate: Candidate, reason: string): ProvedCandidate {
  return { candidate, verdict: makeVerdict("excluded_by_rule", reason), evidence: null };
}

const notReached = (candidate: Candidate): ProvedCandidate => ({
  candidate,
  verdict: makeVerdict(
    "not_reached",
    `Table ${candidate.change.table} was not copied: the time of this proof went to tables of heavier queries.`,
  ),
  evidence: null,
});

/** Findings, within their part of the time. */
function lookForFindings(room: MeasuringRoom): Promise<Finding[]> {
  const { timer, input, baseline, tables, replays, baselineFile, threads } = room;
  room.progress.report("baseline", 1, "Looking at the quality of the data");
  const untilMs = timer.elapsedMs() + FINDINGS_SHARE * input.secondsMax * 1000;
  return collectFindings({
    session: baseline,
    tables,
    schema: input.schema,
    queries: input.queries,
    replays,
    baselineFile,
    workDir: input.workDir,
    threads,
    seed: input.seed,
    now: new Date(),
    isTimeUp: () => timer.elapsedMs() > untilMs,
    onError: input.onProblem,
    signal: input.signal,
  });
}
