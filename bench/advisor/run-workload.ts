import { rmSync } from "node:fs";
import type { Change } from "@/server/contracts";
import type { Advice, AdviseRequest } from "./advise";
import { CONTROL, type FinalInput, finalRun, type Outcome } from "./final-run";
import { compareWithDelivered, type Kept, promisesOf } from "./measure/promises";
import { type ReplayedQuery, replayedQueries } from "./measure/replayed-query";
import { type OpenOptions, openWorkload } from "./open-workload";
import { plainStrategies, schemaChanges } from "./strategies";
import { type SearchResult, searchBest } from "./strategies/best";
import { keyOf } from "./strategies/compatible";
import type { StrategyName, Workload } from "./types";

export interface RunOptions extends OpenOptions {
  searchSecondsMax: number;
  finalSecondsMax: number;
  roundsMin: number;
  advise(request: AdviseRequest): Promise<Advice>;
}

export interface StrategyResult {
  strategy: StrategyName;
  changes: Change[];
  /** null when the data refused the changes. */
  outcome: Outcome | null;
}

export interface WorkloadResult {
  workload: string;
  title: string;
  rows: number;
  advised: {
    accepted: string[];
    tried: number;
    seconds: number;
    seconds_max: number;
    rss_peak_bytes: number;
    first_accepted_seconds: number | null;
    progress_events: number;
  };
  strategies: StrategyResult[];
  search: SearchResult | null;
  promises: Kept[];
}

/** Everything for one workload: data, observation, advice, every strategy, one final measurement. */
export async function runWorkload(
  workload: Workload,
  options: RunOptions,
): Promise<WorkloadResult> {
  try {
    const { request, names } = await openWorkload(workload, options);
    const advice = await options.advise(request);
    const queries = replayedQueries(advice.queries, names);
    return {
      ...{ workload: workload.name, title: workload.title, rows: options.rows },
      advised: describeAdvice(advice, options.secondsMax),
      ...(await measure(workload, options, { source: request.file, advice, queries })),
    };
  } finally {
    rmSync(options.folder, { recursive: true, force: true });
  }
}

async function measure(
  workload: Workload,
  options: RunOptions,
  { source, advice, queries }: { source: string; advice: Advice; queries: ReplayedQuery[] },
): Promise<Pick<WorkloadResult, "strategies" | "search" | "promises">> {
  const { tables } = advice.schema;
  const strategies = plainStrategies(advice);
  const common = { source, folder: options.folder, tables, queries, memoryLimit: "1500MB" };
  const search = workload.isSearched
    ? await searchBest({
        ...common,
        candidates: schemaChanges(advice),
        ours: strategies.get("ours_schema") ?? [],
        secondsMax: options.searchSecondsMax,
      })
    : null;
  if (search !== null) strategies.set("best", search.changes);
  const promises = promisesOf(advice);
  const final: FinalInput = {
    ...common,
    insertTable: workload.insertTable,
    sets: [...strategies.values(), ...promises.map((one) => one.changes)],
    rounds: { secondsMax: options.finalSecondsMax, roundsMin: options.roundsMin, roundsMax: 61 },
  };
  const outcomes = await finalRun(final);
  const results = [...strategies].map(([strategy, changes]) => ({
    ...{ strategy, changes },
    outcome: outcomes.get(keyOf(changes)) ?? null,
  }));
  const control: StrategyResult = {
    ...{ strategy: CONTROL, changes: [] },
    outcome: outcomes.get(CONTROL) ?? null,
  };
  return {
    strategies: [...results, control],
    search,
    promises: promises.flatMap((promised) => {
      const outcome = outcomes.get(keyOf(promised.changes));
      return outcome ? [compareWithDelivered(promised, outcome.gain)] : [];
    }),
  };
}

function acceptedIds({ proof }: Advice): string[] {
  return proof.accepted.map(({ candidate }) => candidate.candidate_id).sort();
}

function describeAdvice(advice: Advice, secondsMax: number): WorkloadResult["advised"] {
  return {
    accepted: acceptedIds(advice),
    tried: advice.candidates.length,
    seconds: advice.elapsedMs / 1000,
    seconds_max: secondsMax,
    rss_peak_bytes: advice.rssPeakBytes,
    first_accepted_seconds: advice.firstAcceptedMs === null ? null : advice.firstAcceptedMs / 1000,
    progress_events: advice.progressEvents,
  };
}
