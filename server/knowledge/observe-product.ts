import { createHash } from "node:crypto";
import { and, eq, isNull, sql } from "drizzle-orm";
import { dataProducts, observedPatterns } from "@/drizzle/schema";
import type { ProductSchema, Workload, WorkloadPattern } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { type ServiceContext, type Transaction, toAppError } from "@/server/platform";

/** Evidence of a shape grows with its calls: calls / (calls + this). */
const CALLS_FOR_HALF_CONFIDENCE = 10;

/** Latencies shown beside a shape are of this window: one poll sees too few calls. */
const STATISTICS_WINDOW_MS = 15 * 60_000;

/**
 * Reads schema and workload of a data product and keeps them. Calls are counted once even with
 * several observers: the window's end is a compare-and-set in the same transaction.
 * Throws `product_unreachable` or `product_refused`, after noting it beside the product.
 */
export async function observeProduct(
  ctx: ServiceContext,
  input: { product: DataProduct; baseUrl: string },
): Promise<ProductSchema> {
  const { product } = input;
  const [known] = await ctx.db
    .select()
    .from(dataProducts)
    .where(eq(dataProducts.productId, product.productId));
  const until = known?.workloadUntil ?? null;
  const seen = await look(ctx, product, until ?? new Date(0));
  const { schema, workload } = seen;
  await ctx.db.transaction(async (tx) => {
    await upsertProduct(tx, schema, input.baseUrl);
    const claimed = await tx
      .update(dataProducts)
      .set({ workloadUntil: new Date(workload.until) })
      .where(
        and(
          eq(dataProducts.productId, schema.product_id),
          until ? eq(dataProducts.workloadUntil, until) : isNull(dataProducts.workloadUntil),
        ),
      )
      .returning({ id: dataProducts.productId });
    if (claimed.length === 1) {
      await upsertPatterns(tx, schema.product_id, workload.patterns, seen.recent.patterns);
    }
  });
  await ctx.bus.publish({ topic: "product", id: schema.product_id });
  return schema;
}

async function look(
  ctx: ServiceContext,
  product: DataProduct,
  since: Date,
): Promise<{ schema: ProductSchema; workload: Workload; recent: Workload }> {
  const statisticsSince = new Date(Date.now() - STATISTICS_WINDOW_MS);
  try {
    const [schema, workload, recent] = await Promise.all([
      product.getSchema(),
      product.getWorkload(since),
      product.getWorkload(statisticsSince),
    ]);
    return { schema, workload, recent };
  } catch (error) {
    await ctx.db
      .update(dataProducts)
      .set({ lastError: toAppError(error).message })
      .where(eq(dataProducts.productId, product.productId));
    throw error;
  }
}

async function upsertProduct(tx: Transaction, schema: ProductSchema, baseUrl: string) {
  const values = {
    domain: schema.domain,
    baseUrl,
    schema,
    schemaFingerprint: schema.schema_fingerprint,
    dataVersion: schema.data_version,
    lastSeenAt: new Date(),
    lastError: null,
  };
  await tx
    .insert(dataProducts)
    .values({ productId: schema.product_id, ...values })
    .onConflictDoUpdate({ target: dataProducts.productId, set: values });
}

async function upsertPatterns(
  tx: Transaction,
  productId: string,
  counted: WorkloadPattern[],
  recent: WorkloadPattern[],
) {
  const called = counted.filter((pattern) => pattern.calls > 0);
  if (called.length === 0) return;
  const shown = new Map(recent.map((pattern) => [pattern.fingerprint, pattern]));
  await tx
    .insert(observedPatterns)
    .values(
      called.map((pattern) =>
        toRow(productId, { ...pattern, ...shown.get(pattern.fingerprint), calls: pattern.calls }),
      ),
    )
    .onConflictDoUpdate({
      target: observedPatterns.patternId,
      set: {
        patternData: sql`excluded.pattern_data`,
        lastObserved: sql`excluded.last_observed`,
        occurrenceCount: sql`${observedPatterns.occurrenceCount} + excluded.occurrence_count`,
        confidence: sql`(${observedPatterns.occurrenceCount} + excluded.occurrence_count)::float8
          / (${observedPatterns.occurrenceCount} + excluded.occurrence_count + ${CALLS_FOR_HALF_CONFIDENCE})`,
      },
    });
}

/** Parameter values and single latencies stay with the product: a store of shapes needs neither. */
function toRow(productId: string, pattern: WorkloadPattern) {
  const { parameter_samples: _values, latencies_ms: _latencies, ...kept } = pattern;
  return {
    patternId: patternId(productId, pattern.fingerprint),
    patternType: `query.${pattern.kind}`,
    patternData: { ...kept, product_id: productId },
    firstObserved: new Date(pattern.first_seen),
    lastObserved: new Date(pattern.last_seen),
    occurrenceCount: pattern.calls,
    confidence: pattern.calls / (pattern.calls + CALLS_FOR_HALF_CONFIDENCE),
  };
}

/** A stable UUID per product and shape (SHA-256 in version 8 form, RFC 9562 section 5.8). */
function patternId(productId: string, fingerprint: string): string {
  const hex = createHash("sha256").update(`${productId}\n${fingerprint}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
