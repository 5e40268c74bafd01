import { eq } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import { proposeCandidates, proposeRequested, tablesByWeight } from "@/server/advisor";
import type { ProductSchema, ProofContext, WorkloadMix } from "@/server/contracts";
import { type DataProduct, type ObservedSchema, readDistinctValues } from "@/server/data-product";
import { mixOf } from "@/server/knowledge";
import { AppError, type ServiceContext } from "@/server/platform";
import type { ProofInput } from "@/server/proving";
import { type AnalysisLimits, countShapes, limitCandidates, NO_LIMITS } from "./analysis-limits";
import {
  describeHeaviest,
  describeSent,
  type ReadWorkload,
  splitWorkload,
} from "./describe-queries";
import { holdReverted } from "./earlier-reverts";
import { estimateCandidates } from "./estimate-candidates";

const WORKLOAD_WINDOW_MS = 24 * 3_600_000;
/** Shares of a proof's time: for reading the texts of its queries, and then for values of columns. */
const READING_SHARE_MAX = 0.15;
const VALUES_SHARE_MAX = 0.05;
/** However short a proof is: the first texts are read. */
const READING_MS_MIN = 1000;

interface ProposeInput {
  suggestionId: string;
  product: DataProduct;
  context: ProofContext;
  /** No advice was published yet. */
  isFirst: boolean;
  /** The whole time of the proof, s: reading takes a part of it. */
  secondsMax: number;
}

/** What a proof is about: the product as it is now, its workload, and the changes worth trying. */
interface ProposedChanges
  extends Pick<ProofInput, "schema" | "queries" | "candidates" | "excluded"> {
  observed: NonNullable<ProofInput["observed"]>;
  /** What was left out so far; tables are counted when they are copied. */
  limits: AnalysisLimits;
}

/**
 * Reads the product and its workload, what takes most of the time first and as far as its part of the
 * proof's time goes, and proposes changes, most promising first. Throws what the product throws, and
 * `overloaded` when no text was read in time.
 */
export async function proposeChanges({
  ctx,
  input,
  signal,
}: {
  ctx: ServiceContext;
  input: ProposeInput;
  signal: AbortSignal;
}): Promise<ProposedChanges> {
  const { product, context, secondsMax } = input;
  const { schema, asked, observed } = await readProduct({ ctx, input, signal });
  const { queries } = asked;
  const known = {
    tables: schema.tables,
    queries,
    ...(schema.resources ? { freeBytes: schema.resources.free_disk_bytes } : {}),
  };
  const limits: AnalysisLimits = { ...NO_LIMITS, shapes: countShapes(asked) };
  if (context.requested !== undefined) {
    return { schema, queries, observed, limits, ...proposeRequested(known, context.requested) };
  }
  const { valuesOf, columns: values } = await readDistinctValues(product, schema, {
    signal,
    tables: tablesByWeight(queries),
    msMax: secondsMax * 1000 * VALUES_SHARE_MAX,
  });
  const proposed = proposeCandidates({
    ...known,
    workloadOf: context.query_patterns === undefined ? "product" : "request",
    ...(context.table_name ? { tableName: context.table_name } : {}),
    distinctValues: valuesOf,
  });
  const { excluded, ...kept } = limitCandidates(proposed);
  const waiting = await holdReverted({
    ctx,
    input: { suggestionId: input.suggestionId, candidates: kept.candidates },
  });
  const candidates = await estimateCandidates({
    ctx,
    input: {
      ...kept,
      candidates: waiting.candidates,
      tables: schema.tables,
      queries,
      hasStatistics: true,
    },
    signal,
  });
  return {
    ...{ schema, queries, observed, candidates },
    excluded: [...waiting.held, ...excluded],
    limits: { ...limits, ...kept.limits, values },
  };
}

/** The schema, the queries that are asked about, and what the product was seen to be asked. */
async function readProduct({
  ctx,
  input: { suggestionId, product, context, isFirst, secondsMax },
  signal,
}: {
  ctx: ServiceContext;
  input: ProposeInput;
  signal: AbortSignal;
}): Promise<{
  schema: ProductSchema;
  asked: ReadWorkload;
  observed: ProposedChanges["observed"];
}> {
  const now = ctx.clock.now();
  const since = new Date(now.getTime() - WORKLOAD_WINDOW_MS);
  const [schema, workload] = await Promise.all([
    product.getSchema(signal),
    product.getWorkload(since, signal),
  ]);
  assertTold(schema, context.table_name);
  const msMax = Math.max(READING_MS_MIN, secondsMax * 1000 * READING_SHARE_MAX);
  const against = { ...schema, now, signal, msMax };
  const { query_patterns: patterns } = context;
  const all = await describeHeaviest(workload.patterns, against);
  const sent = patterns && (await describeSent(patterns, workload.patterns, against));
  const isOwnMix = patterns === undefined && context.requested === undefined;
  if (isFirst && isOwnMix) await keepMix(ctx, suggestionId, mixOf(workload.patterns));
  const droppedCalls = workload.dropped_calls + (workload.left_out?.calls ?? 0);
  return {
    schema,
    asked: sent ? splitWorkload(sent) : all,
    observed: { queries: all.queries, droppedCalls },
  };
}

/** Of a table that is gone, or left out for what is wrong with it, "nothing to do" would be said otherwise. */
function assertTold(schema: ObservedSchema, table: string | undefined): void {
  const { product_id: productId, tables, left_out: fault } = schema;
  if (table === undefined || tables.some(({ name }) => name === table)) return;
  if (fault === undefined) {
    throw new AppError("not_found", `Data product ${productId} has no table ${table} any more.`);
  }
  throw new AppError("product_invalid", `Table ${table} is not known: ${fault.message}`, {
    details: { fault },
  });
}

/** What the proof rests on: once the workload has moved far from it, the product is measured anew. */
async function keepMix(
  { db }: ServiceContext,
  id: string,
  workloadMix: WorkloadMix,
): Promise<void> {
  await db.update(suggestions).set({ workloadMix }).where(eq(suggestions.id, id));
}
