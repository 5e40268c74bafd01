import { rm } from "node:fs/promises";
import path from "node:path";
import type { Finding } from "@/server/contracts";
import { formatCount, formatPercent, formatPlural } from "@/server/format";
import { quoteLiteral } from "@/server/sql";
import { comparePairs, weightedGain } from "@/server/statistics";
import { measurePairs, type PairedSamples, type Replay, sameText } from "../measure/replay";
import { openSession } from "../measure/shadow";
import type { CheckContext, TableProfile } from "./check-context";
import { makeFinding, rowsText } from "./make-finding";

/** DuckDB's own; ROW_GROUP_SIZE must be a multiple of 2048. */
const ROW_GROUP_ROWS = 122_880;
/**
 * A quarter of it. Only smaller groups are tried: they skip more of a table for a selective query.
 * Larger ones can only skip less, use fewer threads, and are refused by 1.5.6 without a newer
 * storage version.
 */
const SMALLER_ROWS = 30_720;
const GROUPS_MIN = 4;
const GAIN_MIN = 0.1;
const REGRESSION_MIN = 0.05;
const QUERIES_MAX = 4;
const PAIRS = { pairsMin: 5, pairsMax: 20 };
const TOTAL_MS = 4000;

/**
 * Replays the queries of the largest table whose row groups queries skip (it is stored in an order
 * they filter by) on a copy with smaller row groups. Where none is skipped, smaller ones would not
 * be either, and nothing is built.
 */
export async function checkRowGroupSize(context: CheckContext): Promise<Finding[]> {
  const profile = largestSkipped(context);
  if (profile === undefined) return [];
  const replays = heaviestOf(context.replays, profile);
  const measured = await measure(context, profile, replays);
  return measured === null ? [] : judge(context, profile, measured);
}

function largestSkipped({ profiles, replays }: CheckContext): TableProfile | undefined {
  return profiles
    .filter((profile) => profile.rows >= GROUPS_MIN * ROW_GROUP_ROWS)
    .filter((profile) =>
      replays.some((replay) => isAlone(replay, profile) && isSkipping(replay, profile)),
    )
    .sort((a, b) => b.rows - a.rows)[0];
}

const isAlone = ({ query }: Replay, { table }: TableProfile) =>
  query.shape.tables.length === 1 && query.shape.tables[0] === table.name;

/** Range filters, and whole row groups skipped; an index scan reads single rows. */
const isSkipping = ({ query, baselineProfile }: Replay, { rows }: TableProfile) =>
  query.shape.filters.some(({ operator }) => operator === "range") &&
  baselineProfile.rowsScanned < rows &&
  baselineProfile.rowsScanned >= SMALLER_ROWS;

const weightOf = ({ query, baselineMs }: Replay) => query.pattern.calls * baselineMs;

function heaviestOf(replays: readonly Replay[], profile: TableProfile): Replay[] {
  return replays
    .filter((replay) => isAlone(replay, profile))
    .sort((a, b) => weightOf(b) - weightOf(a))
    .slice(0, QUERIES_MAX)
    .sort((a, b) => a.baselineMs - b.baselineMs);
}

async function measure(
  context: CheckContext,
  profile: TableProfile,
  replays: Replay[],
): Promise<PairedSamples[] | null> {
  const file = path.join(context.workDir, "row-group-size.duckdb");
  const { threads, signal, seed } = context;
  const start = performance.now();
  const isTimeUp = () => context.isTimeUp() || performance.now() - start > TOTAL_MS;
  try {
    await buildSmaller(context, profile, file);
    const candidate = await openSession({ file, threads, signal });
    try {
      return await measurePairs({
        baseline: context.session,
        candidate,
        replays: replays.map(sameText),
        ruleFor: () => ({ ...PAIRS, gainMin: GAIN_MIN, regressionMin: REGRESSION_MIN, seed }),
        isTimeUp,
        confirmMs: 500,
        remainingMs: () => Number.POSITIVE_INFINITY,
        signal,
        onPairs: () => {},
      });
    } finally {
      candidate.close();
    }
  } finally {
    await rm(file, { force: true });
    await rm(`${file}.wal`, { force: true });
  }
}

/** The table alone: queries that need its indexes are few among those that skip row groups. */
async function buildSmaller(
  context: CheckContext,
  { name }: TableProfile,
  file: string,
): Promise<void> {
  const { threads, signal, baselineFile } = context;
  const prepare = [
    `ATTACH ${quoteLiteral(baselineFile)} AS whole (READ_ONLY)`,
    `ATTACH ${quoteLiteral(file)} AS smaller (ROW_GROUP_SIZE ${SMALLER_ROWS})`,
    `CREATE TABLE smaller.${name} AS SELECT * FROM whole.${name}`,
    "CHECKPOINT smaller",
    "DETACH smaller",
  ];
  const session = await openSession({ file: ":memory:", threads, signal, prepare });
  session.close();
}

function judge({ seed }: CheckContext, profile: TableProfile, pairs: PairedSamples[]): Finding[] {
  const { gain, baselineMs, candidateMs } = weightedGain(
    pairs.map(({ replay, before, after }) => ({
      calls: replay.query.pattern.calls,
      baselineMs: replay.baselineMs,
      before,
      after,
    })),
    { seed },
  );
  const losers = pairs.filter(
    ({ before, after }) => comparePairs(before, after, { seed }).gain.high < -REGRESSION_MIN,
  );
  if (gain.low < GAIN_MIN || losers.length > 0) return [];
  const table = profile.table.name;
  return [
    makeFinding(profile, {
      kind: "row_group_size",
      column: null,
      severity: "info",
      title: `Smaller row groups save ${formatPercent(gain.value)} of the time of ${formatPlural(pairs.length, "query", "queries")} on ${table}`,
      detail: `${rowsText(profile)} were stored in row groups of ${formatCount(SMALLER_ROWS)} rows instead of ${formatCount(ROW_GROUP_ROWS)}, and the heaviest queries of the table alone were replayed in turns on both: ${formatPercent(gain.value)} less time (95% interval ${formatPercent(gain.low)} to ${formatPercent(gain.high)}), because more of the table is skipped. Other queries were not timed.`,
      values: {
        gain: gain.value,
        gain_low: gain.low,
        gain_high: gain.high,
        weighted_before_ms: baselineMs,
        weighted_after_ms: candidateMs,
        queries: pairs.length,
      },
      remedy:
        "The size is fixed when a database is attached and holds for tables written from then on: copy the database into one with smaller row groups, and put it in the old one's place.",
      sql: `ATTACH 'smaller.duckdb' AS smaller (ROW_GROUP_SIZE ${SMALLER_ROWS});\nCOPY FROM DATABASE product TO smaller;`,
    }),
  ];
}
