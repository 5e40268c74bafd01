import type { WorkloadQuery } from "@/server/advisor";
import type { JsonScalar } from "@/server/contracts";
import { median } from "@/server/statistics";
import { attempt } from "../errors";
import type { Session } from "../shadow";
import { differsFromSent } from "./as-sent";
import { drawParameters } from "./draw-parameters";
import { type PlanProfile, readProfile } from "./read-plan";
import { withLiterals } from "./replay-text";
import { isOrderBound, type ResultSum, sumResult } from "./result-check";

/** A query ready to be replayed, with what the unchanged shadow answers to it. */
export interface Replay {
  query: WorkloadQuery;
  /** Drawn parameter sets, at least one. */
  sets: JsonScalar[][];
  /** The query's text for each parameter set. */
  texts: string[];
  baselineMs: number;
  /** Of the first parameter set. */
  baselineProfile: PlanProfile;
  /** Checksums of the first parameter sets. */
  baselineSums: ResultSum[];
  isOrderBound: boolean;
}

/** Texts of a query under a change: the rewritten ones where it has any, same parameters. */
export function textsUnder(replay: Replay, rewrites: ReadonlyMap<string, string>): string[] {
  const rewritten = rewrites.get(replay.query.pattern.fingerprint);
  if (rewritten === undefined) return replay.texts;
  return replay.sets.map((set) => withLiterals(rewritten, set));
}

export interface NotReplayed {
  query: WorkloadQuery;
  why: string;
}

/** How often baselines are timed, when cheap: they say which share of the time each query has. */
const RUNS_MAX = 9;
/** Costly queries run fewer times. */
const RUNS_MS = 150;
/** For so many parameter sets results are compared, when cheap. */
const COMPARED_MAX = 3;

/** Draws parameters and runs the query on the unchanged shadow; says why when it cannot be. */
export async function prepareReplay(
  session: Session,
  query: WorkloadQuery,
  options: { seed: number; timeoutMs: number; signal: AbortSignal },
): Promise<Replay | NotReplayed> {
  const { shape } = query;
  if (shape.kind !== "select") return { query, why: `${shape.kind} statements are not replayed` };
  if (!shape.isParsed) return { query, why: "DuckDB's parser could not read it" };
  return orNotReplayed(query, options.signal, async () => {
    const drawn = await drawParameters(session, query, options.seed);
    if ("why" in drawn) return { query, why: drawn.why };
    const why = await differsFromSent(session, query);
    if (why !== null) return { query, why };
    return runBaseline(session, query, drawn.sets, options);
  });
}

/** What a step of preparing comes to; an error that is DuckDB's or typed is why there is no replay. */
export async function orNotReplayed<T>(
  query: WorkloadQuery,
  signal: AbortSignal,
  step: () => Promise<T | NotReplayed>,
): Promise<T | NotReplayed> {
  const tried = await attempt(signal, step);
  if ("result" in tried) return tried.result;
  return { query, why: `it does not run on the shadow: ${tried.why.split("\n")[0]}` };
}

/**
 * Median ms of some runs after one to warm up, the texts taking turns; how many they were: fewer of
 * what is costly. Throws what the session throws.
 */
export async function timeBaseline(
  session: Pick<Session, "time">,
  texts: readonly [string, ...string[]],
  timeoutMs: number,
): Promise<{ baselineMs: number; runs: number }> {
  const [first] = texts;
  const warmUpMs = await session.time(first, timeoutMs);
  const runs = Math.min(RUNS_MAX, Math.max(1, Math.floor(RUNS_MS / warmUpMs)));
  const samples: number[] = [];
  for (let run = 0; run < runs; run++) {
    samples.push(await session.time(texts[run % texts.length] ?? first, timeoutMs));
  }
  return { baselineMs: median(samples), runs };
}

async function runBaseline(
  session: Session,
  query: WorkloadQuery,
  sets: JsonScalar[][],
  { timeoutMs }: { timeoutMs: number },
): Promise<Replay> {
  const texts = sets.map((set) => withLiterals(query.shape.sql, set));
  const [first = query.shape.sql, ...others] = texts;
  const { baselineMs, runs } = await timeBaseline(session, [first, ...others], timeoutMs);
  const sums: ResultSum[] = [];
  for (const text of texts.slice(0, Math.min(runs, COMPARED_MAX)))
    sums.push(await sumResult(session, text, timeoutMs));
  return {
    query,
    sets,
    texts,
    baselineMs,
    baselineProfile: await readProfile(session, first, timeoutMs),
    baselineSums: sums,
    isOrderBound: isOrderBound(query.shape.sql),
  };
}
