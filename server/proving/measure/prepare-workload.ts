import type { WorkloadQuery } from "@/server/advisor";
import type { WorkloadModel } from "../gain";
import type { ProgressReporter } from "../progress";
import type { ProofTimer } from "../timer";
import type { ProofInput } from "../types";
import { coverageOf } from "./coverage";
import { type NotReplayed, prepareReplay, type Replay } from "./replay";
import { createReplayLimit } from "./replay-limit";
import { changedTables } from "./select-workload";
import type { Session } from "./shadow";
import { isWriteReplay, prepareWrite, type WriteReplay } from "./writes/prepare-write";

/** The workload as it was run on the unchanged shadow. */
export interface PreparedWorkload {
  replays: Replay[];
  /** INSERT, UPDATE, DELETE and MERGE: they must end as before, and those that find rows are timed. */
  writes: WriteReplay[];
  notReplayed: NotReplayed[];
}

/** How long one query or write may take, ms: a twentieth of the proof's time. */
export const queryTimeoutMs = ({ secondsMax }: Pick<ProofInput, "secondsMax">): number =>
  Math.max(1000, secondsMax * 50);

const NO_TIME = "the time of this proof did not reach it";
const TOO_MANY = "heavier queries take the time that this proof has for measuring one change";

interface Preparing {
  input: ProofInput;
  timer: ProofTimer;
  /** ms since the proof began. */
  untilMs: number;
  /** Of all of the proof, ms. */
  plannedMs: number;
  baseline: Session;
  /** A copy that may be written to. */
  writable: Session;
  progress: ProgressReporter;
}

/**
 * Runs the unchanged workload, what weighs most first; what its part of the time does not reach, and what
 * would leave too little time for measuring changes, is marked as not replayed.
 */
export async function prepareReplays(
  queries: WorkloadQuery[],
  preparing: Preparing,
): Promise<PreparedWorkload> {
  const { timer, untilMs, plannedMs, progress } = preparing;
  const found: PreparedWorkload = { replays: [], writes: [], notReplayed: [] };
  const limit = createReplayLimit(plannedMs);
  for (const [index, query] of heaviestOf(queries).entries()) {
    const why = limit.isReached() ? TOO_MANY : timer.elapsedMs() > untilMs ? NO_TIME : null;
    if (why !== null) {
      found.notReplayed.push({ query, why });
      continue;
    }
    const message = `Replaying the workload as it is: query ${index + 1} of ${queries.length}`;
    progress.report("baseline", index / queries.length, message);
    const sinceMs = timer.elapsedMs();
    const prepared = await prepareOne(query, preparing);
    if ("why" in prepared) found.notReplayed.push(prepared);
    else if (isWriteReplay(prepared)) found.writes.push(prepared);
    else found.replays.push(prepared);
    if ("baselineMs" in prepared) limit.add(prepared.baselineMs, timer.elapsedMs() - sinceMs);
  }
  // Cheapest first.
  const place = new Map(queries.map((query, index) => [query, index]));
  const placeOf = ({ query }: { query: WorkloadQuery }) => place.get(query) ?? 0;
  found.replays.sort((a, b) => a.baselineMs - b.baselineMs || placeOf(a) - placeOf(b));
  return found;
}

function prepareOne(query: WorkloadQuery, { input, baseline, writable }: Preparing) {
  const { seed, signal } = input;
  const options = { seed, signal, timeoutMs: queryTimeoutMs(input) };
  return query.shape.kind === "select"
    ? prepareReplay(baseline, query, options)
    : prepareWrite(writable, query, options);
}

const weightOf = ({ pattern }: WorkloadQuery): number => pattern.calls * pattern.median_ms;

const heaviestOf = (queries: readonly WorkloadQuery[]): WorkloadQuery[] =>
  [...queries].sort((a, b) => weightOf(b) - weightOf(a));

const WITHOUT_TIME =
  "it reads no table that a change touches, and the product has not seen it, so its time is not known and not part of the workload's";

/** What a proof can say of the workload: queries replayed here, those of other tables by their live times. */
export function workloadModel(
  { replays, writes, notReplayed }: PreparedWorkload,
  untouched: WorkloadQuery[],
  coverage: number,
): WorkloadModel {
  // A request may bring a query that the product has not seen: it weighs nothing, and it is said.
  const withoutTime = untouched
    .filter(({ pattern }) => pattern.median_ms === 0)
    .map((query) => ({ query, why: WITHOUT_TIME }));
  return {
    replayed: [...replays, ...writes.filter(({ isTimed }) => isTimed)].map(
      ({ baselineMs, query: { pattern } }) => {
        return { fingerprint: pattern.fingerprint, calls: pattern.calls, baselineMs };
      },
    ),
    untouched: untouched
      .filter(({ pattern }) => pattern.median_ms > 0)
      .map(({ pattern }) => ({ calls: pattern.calls, baselineMs: pattern.median_ms })),
    notReplayed: [...notReplayed, ...withoutTime]
      .sort((a, b) => weightOf(b.query) - weightOf(a.query))
      .map(({ query: { pattern }, why }) => {
        return { fingerprint: pattern.fingerprint, sql: pattern.sql, why };
      }),
    coverage,
  };
}

/** The share of the observed workload's time that these replays speak for. */
export function coverageIn(
  input: Pick<ProofInput, "observed" | "queries" | "candidates" | "schema">,
  { replays, writes }: Pick<PreparedWorkload, "replays" | "writes">,
): number {
  const observed = input.observed ?? { queries: [], droppedCalls: 0 };
  // A product that was never seen to be asked anything: then of what the question brought.
  const hasCalls = observed.queries.some(({ pattern }) => pattern.calls > 0);
  return coverageOf(hasCalls ? observed : { queries: input.queries, droppedCalls: 0 }, {
    replayed: new Set([...replays, ...writes].map(({ query }) => query.pattern.fingerprint)),
    changedTables: changedTables(input.candidates),
    knownTables: new Set(input.schema.tables.map(({ name }) => name)),
  });
}
