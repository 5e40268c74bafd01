import type { WorkloadQuery } from "@/server/advisor";
import type { JsonScalar } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { median } from "@/server/statistics";
import { DuckDbError } from "../errors";
import type { Session } from "../shadow";
import { differsFromSent } from "./as-sent";
import { drawParameters } from "./draw-parameters";
import { readProfile } from "./read-plan";
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
  baselineRowsScanned: number;
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

/** Results are compared for this many parameter sets, and baselines timed as often, when cheap. */
const RUNS_MAX = 3;
/** Costly queries run fewer times. */
const RUNS_MS = 150;

/** Draws parameters and runs the query on the unchanged shadow; says why when it cannot be. */
export async function prepareReplay(
  session: Session,
  query: WorkloadQuery,
  options: { seed: number; timeoutMs: number; signal: AbortSignal },
): Promise<Replay | NotReplayed> {
  const { shape } = query;
  if (shape.kind !== "select") return { query, why: `${shape.kind} statements are not replayed` };
  if (!shape.isParsed) return { query, why: "DuckDB's parser could not read it" };
  try {
    const drawn = await drawParameters(session, query, options.seed);
    if ("why" in drawn) return { query, why: drawn.why };
    const why = await differsFromSent(session, query);
    if (why !== null) return { query, why };
    return await runBaseline(session, query, drawn.sets, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof AppError || error instanceof DuckDbError)) throw error;
    return { query, why: `it does not run on the shadow: ${messageOf(error)}` };
  }
}

async function runBaseline(
  session: Session,
  query: WorkloadQuery,
  sets: JsonScalar[][],
  { timeoutMs }: { timeoutMs: number },
): Promise<Replay> {
  const texts = sets.map((set) => withLiterals(query.shape.sql, set));
  const first = texts[0] ?? query.shape.sql;
  const warmUpMs = await session.time(first, timeoutMs);
  const runs = Math.min(RUNS_MAX, Math.max(1, Math.floor(RUNS_MS / warmUpMs)));
  const samples: number[] = [];
  for (let run = 0; run < runs; run++) {
    samples.push(await session.time(texts[run % texts.length] ?? first, timeoutMs));
  }
  const sums: ResultSum[] = [];
  for (const text of texts.slice(0, runs)) sums.push(await sumResult(session, text, timeoutMs));
  return {
    query,
    sets,
    texts,
    baselineMs: median(samples),
    baselineRowsScanned: (await readProfile(session, first, timeoutMs)).rowsScanned,
    baselineSums: sums,
    isOrderBound: isOrderBound(query.shape.sql),
  };
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
