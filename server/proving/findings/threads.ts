import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import type { Finding } from "@/server/contracts";
import { formatCount, formatPercent, formatPlural } from "@/server/format";
import { comparePairs } from "@/server/statistics";
import { measurePairs, type Replay, sameText } from "../measure/replay";
import { copyShadow, openSession } from "../measure/shadow";
import type { CheckContext } from "./check-context";
import { productFinding } from "./make-finding";

const ROW_GROUP_ROWS = 122_880;
/** Shorter queries gain nothing worth a setting. */
const QUERY_MS_MIN = 20;
const QUERY_MS_MAX = 500;
const GAIN_MIN = 0.2;
const TOTAL_MS = 3000;

/**
 * Threads of the product against the cores of this machine and against its row groups: a scan gives
 * each thread whole row groups, so a table of k groups keeps at most k threads busy. A product is
 * reached by HTTP and may run on another machine, whose cores are not known: no statement is given.
 */
export async function checkThreads(context: CheckContext): Promise<Finding[]> {
  const cores = availableParallelism();
  const tooMany = tooManyThreads(context, cores);
  if (tooMany !== null) return [tooMany];
  // On two cores, a second thread takes the core that the product's other queries run on.
  return cores > 2 ? measureMore(context, cores) : [];
}

function tooManyThreads(
  { schema, profiles }: Pick<CheckContext, "schema" | "profiles">,
  cores: number,
): Finding | null {
  if (schema.threads <= cores) return null;
  return productFinding(profiles, {
    kind: "threads",
    severity: "info",
    title: `DuckDB has ${schema.threads} threads; the sidecar's machine has ${formatPlural(cores, "core")}`,
    detail: `The product gives DuckDB ${schema.threads} threads; the machine that the sidecar runs on has ${formatPlural(cores, "core")}, and the product may run on another one. Threads beyond the cores take turns, and each needs memory of its own.`,
    values: { threads: schema.threads, cores },
    remedy:
      "Look how many cores the product's machine has: set threads to that number, or less where other programs need some.",
    sql: null,
  });
}

/** The heaviest query with the product's threads, and with as many as could help. */
async function measureMore(context: CheckContext, cores: number): Promise<Finding[]> {
  const { schema, profiles } = context;
  const replay = heaviest(context.replays);
  if (replay === undefined) return [];
  const tables = profiles.filter(({ table }) => replay.query.shape.tables.includes(table.name));
  const groups = Math.max(0, ...tables.map(({ rows }) => Math.ceil(rows / ROW_GROUP_ROWS)));
  const useful = Math.min(cores - 1, groups);
  if (useful <= schema.threads) return [];
  const { before, after } = await compareThreads(context, replay, useful);
  const { gain, medianBefore, medianAfter } = comparePairs(before, after, { seed: context.seed });
  if (gain.low < GAIN_MIN) return [];
  return [
    productFinding(tables, {
      kind: "threads",
      severity: "info",
      title: `The heaviest query takes ${formatPercent(gain.value)} less time with ${useful} threads`,
      detail: `The product gives DuckDB ${formatPlural(schema.threads, "thread")}; the machine that the sidecar runs on, and measured on, has ${cores} cores. Query ${replay.query.shape.fingerprint} scans up to ${groups} row groups, and took ${formatCount(medianBefore)} ms with ${schema.threads}, ${formatCount(medianAfter)} ms with ${useful} threads (95% interval of the gain ${formatPercent(gain.low)} to ${formatPercent(gain.high)}), run alone. Under many queries at once the cores are shared, and the gain shrinks.`,
      values: {
        threads: schema.threads,
        tried_threads: useful,
        cores,
        row_groups: groups,
        before_ms: medianBefore,
        after_ms: medianAfter,
        gain: gain.value,
        gain_low: gain.low,
      },
      remedy:
        "Give DuckDB more threads if the product's machine has as many cores and few queries run at the same time.",
      sql: null,
    }),
  ];
}

function heaviest(replays: readonly Replay[]): Replay | undefined {
  return replays
    .filter(({ baselineMs }) => baselineMs >= QUERY_MS_MIN && baselineMs <= QUERY_MS_MAX)
    .sort((a, b) => b.baselineMs - a.baselineMs)[0];
}

async function compareThreads(context: CheckContext, replay: Replay, useful: number) {
  const { signal, schema, seed } = context;
  const start = performance.now();
  const files = ["few", "many"].map((one) => path.join(context.workDir, `threads-${one}.duckdb`));
  const [few = "", many = ""] = files;
  for (const file of files) await copyShadow(context.baselineFile, file);
  const baseline = await openSession({ file: few, threads: schema.threads, signal });
  try {
    const candidate = await openSession({ file: many, threads: useful, signal });
    try {
      const [samples] = await measurePairs({
        baseline,
        candidate,
        replays: [sameText(replay)],
        ruleFor: () => ({
          pairsMin: 5,
          pairsMax: 15,
          gainMin: GAIN_MIN,
          regressionMin: 0.05,
          seed,
        }),
        isTimeUp: () => context.isTimeUp() || performance.now() - start > TOTAL_MS,
        confirmMs: 500,
        remainingMs: () => Number.POSITIVE_INFINITY,
        signal,
        onPairs: () => {},
      });
      return samples ?? { before: [], after: [] };
    } finally {
      candidate.close();
    }
  } finally {
    baseline.close();
    for (const file of files) await rm(file, { force: true });
  }
}
