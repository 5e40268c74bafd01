import { eq } from "drizzle-orm";
import { agentDecisions, suggestions } from "@/drizzle/schema";
import {
  compilePlan,
  describeQuery,
  proposeCandidates,
  type WorkloadQuery,
} from "@/server/advisor";
import {
  type AnalyzeRequest,
  isProving,
  type ProductSchema,
  type ProofProgress,
  type WorkloadPattern,
} from "@/server/contracts";
import { type DataProduct, readDistinctValues } from "@/server/data-product";
import { AppError, createLogger, env, type ServiceContext } from "@/server/platform";
import { proveCandidates } from "@/server/proving";
import { estimateCandidates } from "./estimate-candidates";
import { finishProof } from "./finish-proof";
import { loadEarlierVerdicts } from "./load-earlier-verdicts";
import { createProgressWriter } from "./proof-progress";
import { refuseOtherProduct } from "./refuse-other-product";
import { refuseUnmeasured } from "./refuse-unmeasured";
import { shapeParser } from "./shape-parser";

const WORKLOAD_WINDOW_MS = 24 * 3_600_000;

/**
 * Measures everything worth trying for one suggestion in state `proving` and ends it as `pending`
 * or `no_gain`. Its time begins with the first look at the product. Safe to run again after a crash: nothing is kept until the end.
 * Throws `not_executable` for a suggestion about another product than the one given, `timeout` when
 * its time ended before anything was measured.
 */
export async function runProof(
  ctx: ServiceContext,
  input: { suggestionId: string; product: DataProduct; dirs: ProofDirs; signal: AbortSignal },
): Promise<void> {
  const startedMs = performance.now();
  const context = await loadContext(ctx, input.suggestionId, input.product);
  if (context === null) return;
  const { product, signal } = input;
  const progress = createProgressWriter(ctx, input.suggestionId);
  progress.write(startProgress("Reading the schema and the workload of the data product"));
  const [schema, workload] = await Promise.all([
    product.getSchema(signal),
    product.getWorkload(new Date(Date.now() - WORKLOAD_WINDOW_MS), signal),
  ]);
  const queries = await describeQueries(schema, context, workload.patterns);
  const { candidates: proposed, excluded: leftOut } = proposeCandidates({
    tables: schema.tables,
    queries,
    workloadOf: context.query_patterns === undefined ? "product" : "request",
    ...(context.table_name ? { tableName: context.table_name } : {}),
    ...(schema.resources ? { freeBytes: schema.resources.free_disk_bytes } : {}),
    distinctValues: await readDistinctValues(product, schema, signal),
  });
  const candidates = await estimateCandidates(
    { candidates: proposed, tables: schema.tables, queries, hasStatistics: true },
    { signal },
  );
  const secondsMax = Math.min(context.budget_seconds ?? Infinity, env().PROOF_SECONDS_MAX);
  const result = await proveCandidates({
    product,
    schema,
    queries,
    candidates,
    leftOut,
    compile: (changes) => compilePlan(schema.tables, changes),
    ...input.dirs,
    rowsMax: env().PROOF_ROWS_MAX,
    secondsMax: secondsMax - (performance.now() - startedMs) / 1000,
    gainMin: env().PROOF_GAIN_MIN,
    earlier: await loadEarlierVerdicts(ctx.db, {
      suggestionId: input.suggestionId,
      schemaFingerprint: schema.schema_fingerprint,
    }),
    weights: { storage: env().PROOF_STORAGE_WEIGHT, write: env().PROOF_WRITE_WEIGHT },
    seed: 1,
    onProgress: progress.write,
    onEvent: () => {},
    onAdvice: () => Promise.resolve("continue"),
    completion: null,
    onProblem: (what, error) => {
      createLogger("prover").warn({ what, err: error }, "a part of a proof could not be made");
    },
    signal,
  });
  await progress.close();
  const refusal = refuseUnmeasured(result, { candidates: candidates.length, secondsMax });
  if (refusal !== null) throw refusal;
  await finishProof(ctx, { suggestionId: input.suggestionId, schema, result });
}

export interface ProofDirs {
  /** Exported Parquet files, kept between proofs. */
  cacheDir: string;
  /** Shadow databases of this proof alone. */
  workDir: string;
}

async function loadContext(
  ctx: ServiceContext,
  id: string,
  product: DataProduct,
): Promise<AnalyzeRequest["context"] | null> {
  const [row] = await ctx.db
    .select({
      context: agentDecisions.context,
      state: suggestions.state,
      productId: suggestions.productId,
    })
    .from(suggestions)
    .innerJoin(agentDecisions, eq(agentDecisions.decisionId, suggestions.decisionId))
    .where(eq(suggestions.id, id));
  if (row === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
  if (!isProving(row.state)) return null;
  const refusal = refuseOtherProduct(row, product);
  if (refusal !== null) throw refusal;
  return row.context as AnalyzeRequest["context"];
}

/** The observed workload, or the patterns the request brought (weights theirs, samples observed). */
async function describeQueries(
  schema: ProductSchema,
  context: AnalyzeRequest["context"],
  observed: WorkloadPattern[],
): Promise<WorkloadQuery[]> {
  const parser = await shapeParser();
  if (context.query_patterns === undefined) {
    return Promise.all(observed.map((pattern) => describeQuery(parser, pattern, schema.tables)));
  }
  const byFingerprint = new Map(observed.map((pattern) => [pattern.fingerprint, pattern]));
  const now = new Date().toISOString();
  return Promise.all(
    context.query_patterns.map(async ({ query, frequency }) => {
      const normalized = await parser.normalize(query);
      const seen = byFingerprint.get(normalized.fingerprint);
      const { fingerprint, sql, kind, isParsed: is_parsed } = normalized;
      const unseen = { mean_ms: 0, median_ms: 0, p95_ms: 0, first_seen: now, last_seen: now };
      const pattern = { ...unseen, ...seen, fingerprint, sql, kind, is_parsed };
      return describeQuery(parser, { ...pattern, calls: Math.round(frequency) }, schema.tables);
    }),
  );
}

function startProgress(message: string): ProofProgress {
  return { phase: "queued", fraction: 0, message, verdicts: [] };
}
