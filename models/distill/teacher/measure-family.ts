import { rm } from "node:fs/promises";
import path from "node:path";
import { MACROS } from "@/bench/advisor/dataset";
import { buildCopy, type Copy } from "@/bench/advisor/measure/copy";
import type { WorkloadQuery } from "@/server/advisor";
import type { Candidate } from "@/server/contracts";
import { withLiterals } from "@/server/proving";
import { comparePairs } from "@/server/statistics";
import type { Rng } from "../random";
import { rowExpressions } from "../world/load-sql";
import type { TableSpec } from "../world/types";
import type { MeasuredCandidate, QueryGain } from "./measured-examples";
import type { ObservedFamily } from "./observe-family";

const PAIRS = { min: 7, max: 9 } as const;
/** Time one query of one candidate may take beyond its least pairs, and its limit for being measured. */
const QUERY_MS = { budget: 80, max: 500 } as const;
const CANDIDATES_MAX = 14;
/** Of a kind. */
const OF_A_KIND_MAX = 4;
/** Types would be half of all otherwise, and tell least. */
const TYPES_MAX = 2;
const INSERTED_ROWS = 1000;

interface Setting {
  folder: string;
  source: string;
  main: TableSpec;
  rng: Rng;
}

/** Measures up to 14 candidates of a family, every kind in turn, each against the unchanged copy. */
export async function measureFamily(
  observed: ObservedFamily,
  { folder, source, main, rng }: Setting,
): Promise<MeasuredCandidate[]> {
  const baseline = await copyOf("baseline", []);
  const measured: MeasuredCandidate[] = [];
  try {
    for (const candidate of inTurn(rng, observed.candidates).slice(0, CANDIDATES_MAX)) {
      const queries = await measureCandidate(candidate);
      if (queries.length > 0) measured.push({ candidate, queries });
    }
    return measured;
  } finally {
    baseline.close();
  }

  function copyOf(name: string, changes: Candidate["change"][]): Promise<Copy> {
    const file = path.join(folder, `${name}.duckdb`);
    const { tables } = observed;
    return buildCopy({ name, source, file, tables, changes, memoryLimit: "2GB" });
  }

  async function measureCandidate(candidate: Candidate): Promise<QueryGain[]> {
    const file = path.join(folder, "candidate.duckdb");
    let copy: Copy | undefined;
    try {
      copy = await copyOf("candidate", [candidate.change]);
      const gains: QueryGain[] = [];
      for (const query of observed.queries) {
        const { fingerprint, kind } = query.pattern;
        if (!candidate.targeted_fingerprints.includes(fingerprint)) continue;
        const measure = kind === "select" ? pairQuery : pairInserts;
        const found = await measure(baseline, copy, query, main);
        if (found) gains.push({ fingerprint, ...found });
      }
      return gains;
    } catch (error) {
      // Data that refuse a change (a key that is none) are no experiment.
      console.log(`  ${candidate.candidate_id}: ${error instanceof Error ? error.message : error}`);
      return [];
    } finally {
      copy?.close();
      await rm(file, { force: true });
    }
  }
}

/** Candidates in random order, one of each kind after the other. */
function inTurn(rng: Rng, candidates: readonly Candidate[]): Candidate[] {
  const seen = new Map<string, number>();
  return rng
    .shuffle(candidates)
    .map((candidate) => {
      const rank = seen.get(candidate.change.kind) ?? 0;
      seen.set(candidate.change.kind, rank + 1);
      return { candidate, rank };
    })
    .filter(({ candidate, rank }) => {
      return rank < (candidate.change.kind === "change_type" ? TYPES_MAX : OF_A_KIND_MAX);
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ candidate }) => candidate);
}

type Found = Omit<QueryGain, "fingerprint"> | null;

async function pairQuery(baseline: Copy, copy: Copy, { pattern }: WorkloadQuery): Promise<Found> {
  const sets = pattern.parameter_samples ?? [[]];
  const sqlAfter = copy.rewrites.get(pattern.fingerprint) ?? pattern.sql;
  const before = sets.map((set) => withLiterals(pattern.sql, set));
  const after = sets.map((set) => withLiterals(sqlAfter, set));
  return takePairs(
    (pair) => baseline.time(before[pair % before.length] ?? pattern.sql),
    (pair) => copy.time(after[pair % after.length] ?? sqlAfter),
  );
}

/** A thousand rows at once, rolled back: what one row costs is lost in the noise. */
async function pairInserts(
  baseline: Copy,
  copy: Copy,
  _query: WorkloadQuery,
  main: TableSpec,
): Promise<Found> {
  const range = `range(${main.rows + 8000}, ${main.rows + 8000 + INSERTED_ROWS}) r(i)`;
  for (const side of [baseline, copy]) {
    for (const sql of MACROS) await side.rows(sql);
    await side.rows(
      `CREATE OR REPLACE TEMP TABLE new_rows AS SELECT ${rowExpressions(main).join(", ")} FROM ${range}`,
    );
  }
  const timeOf = async (side: Copy): Promise<number> => {
    await side.rows("BEGIN");
    try {
      return await side.time(`INSERT INTO "${main.name}" SELECT * FROM new_rows`);
    } finally {
      await side.rows("ROLLBACK");
    }
  };
  return takePairs(
    () => timeOf(baseline),
    () => timeOf(copy),
  );
}

/** Interleaved pairs, the side that goes first in turn, after one warm-up of each. */
async function takePairs(
  timeBefore: (pair: number) => Promise<number>,
  timeAfter: (pair: number) => Promise<number>,
): Promise<Found> {
  const roundMs = (await timeBefore(0)) + (await timeAfter(0));
  if (roundMs > 2 * QUERY_MS.max) return null;
  const affordable = Math.floor(QUERY_MS.budget / Math.max(roundMs, 0.01));
  const count = Math.min(PAIRS.max, Math.max(PAIRS.min, affordable));
  const before: number[] = [];
  const after: number[] = [];
  for (let pair = 0; pair < count; pair++) {
    const isBeforeFirst = pair % 2 === 0;
    if (isBeforeFirst) before.push(await timeBefore(pair));
    after.push(await timeAfter(pair));
    if (!isBeforeFirst) before.push(await timeBefore(pair));
  }
  const compared = comparePairs(before, after, { seed: 1, resamples: 1 });
  return { baselineMs: compared.medianBefore, gain: compared.gain.value, pairs: count };
}
