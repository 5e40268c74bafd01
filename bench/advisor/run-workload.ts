import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { Change, Workload as Observed } from "@/server/contracts";
import { createShapeParser } from "@/server/workload";
import type { Advice, AdviseRequest } from "./advise";
import { createDataset } from "./dataset";
import { type FinalInput, finalRun, type Outcome } from "./final-run";
import { compareWithDelivered, type Kept, promisesOf } from "./measure/promises";
import { type ReplayedQuery, replayedQueries } from "./measure/replayed-query";
import { observeWorkload, productIdOf } from "./observe";
import type { ProofSettings } from "./settings";
import { plainStrategies, schemaChanges } from "./strategies";
import { type SearchResult, searchBest } from "./strategies/best";
import { keyOf } from "./strategies/compatible";
import type { StrategyName, Workload } from "./types";

export interface RunOptions {
  /** Emptied at the end. */
  folder: string;
  rows: number;
  /** Time budget of the advising. */
  secondsMax: number;
  settings: ProofSettings;
  searchSecondsMax: number;
  finalSecondsMax: number;
  roundsMin: number;
  /** Further advising runs on the same data, to see whether they accept the same. */
  repeats: number;
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
  /** Accepted ids of each repeated run, the first run's first. */
  repeated: string[][];
}

/** Everything for one workload: data, observation, advice, every strategy, one final measurement. */
export async function runWorkload(
  workload: Workload,
  options: RunOptions,
): Promise<WorkloadResult> {
  mkdirSync(options.folder, { recursive: true });
  try {
    const source = path.join(options.folder, "product.duckdb");
    const productId = productIdOf(workload.name, options.rows);
    await createDataset(workload, options.rows, source);
    const { observed, names } = await observe(workload, options, source, productId);
    const request: AdviseRequest = {
      ...{ file: source, productId, observed },
      ...{ secondsMax: options.secondsMax, settings: options.settings },
      workDir: path.join(options.folder, "advise"),
    };
    const advice = await options.advise(request);
    const repeated = [acceptedIds(advice)];
    for (let run = 0; run < options.repeats; run++) {
      repeated.push(acceptedIds(await options.advise(request)));
    }
    const queries = replayedQueries(advice.queries, names);
    return {
      ...{ workload: workload.name, title: workload.title, rows: options.rows },
      advised: describeAdvice(advice, options.secondsMax),
      ...(await measure(workload, options, { source, advice, queries })),
      repeated: options.repeats > 0 ? repeated : [],
    };
  } finally {
    rmSync(options.folder, { recursive: true, force: true });
  }
}

async function observe(
  workload: Workload,
  { rows }: RunOptions,
  file: string,
  productId: string,
): Promise<{ observed: Observed; names: Map<string, string> }> {
  const parser = await createShapeParser();
  try {
    return await observeWorkload({ file, productId, queries: workload.queries(rows), parser });
  } finally {
    parser.close();
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
  return {
    strategies: [...strategies].map(([strategy, changes]) => ({
      ...{ strategy, changes },
      outcome: outcomes.get(keyOf(changes)) ?? null,
    })),
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
