import { createHash } from "node:crypto";
import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import { dataProducts, observedPatterns } from "@/drizzle/schema";
import {
  type ProductFault,
  ProductSchema,
  WORKLOAD_LIMITS,
  type Workload,
  type WorkloadPattern,
} from "@/server/contracts";
import {
  compareSchemas,
  type DataProduct,
  faultOf,
  type ObservedSchema,
  type ProductWorkload,
  placeOf,
} from "@/server/data-product";
import { publish, type ServiceContext, type Transaction, toAppError } from "@/server/platform";
import { DRIFT_WINDOW_MS } from "./drift";
import type { StoredPattern } from "./patterns";
import { reportReturn, reportSilence } from "./report-contact";

/** PostgreSQL takes 65,534 parameters a statement. */
const ROWS_AT_ONCE = 1000;
/** Evidence of a shape grows with its calls: calls / (calls + this). */
const CALLS_FOR_HALF_CONFIDENCE = 10;

/**
 * Reads schema and workload of a data product and keeps them, with what is wrong with its answers. Where its
 * workload cannot be read its schema is kept all the same, and calls are counted with the next look. Calls
 * are counted once even with several observers: the window's end is a compare-and-set in the same transaction.
 * Throws what the port throws, after noting it beside the product, even one that never answered: people
 * learn there why nothing is known of it.
 */
export async function observeProduct({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { product: DataProduct; baseUrl: string };
}): Promise<ProductSchema> {
  const { product } = input;
  const [known] = await ctx.db
    .select()
    .from(dataProducts)
    .where(eq(dataProducts.productId, product.productId));
  const until = known?.workloadUntil ?? null;
  const seen = await look(ctx, input, known, until ?? new Date(0));
  const { left_out: _told, ...schema } = seen.schema;
  const faults = findFaults(seen, known, input.baseUrl);
  await ctx.db.transaction(async (tx) => {
    const { baseUrl } = input;
    await upsertProduct(tx, { schema, baseUrl, lastSeenAt: ctx.clock.now(), faults });
    if (seen.counted !== null) await countCalls(tx, until, seen.counted);
    if (known !== undefined) await reportReturn({ tx, ctx, input: { known } });
    await publish(tx, { topic: "product", id: schema.product_id });
  });
  return schema;
}

/** Calls since `until`, and those of the time that is shown. */
interface Counted {
  workload: ProductWorkload;
  recent: ProductWorkload;
}

interface Look {
  schema: ObservedSchema;
  /** null: the workload could not be read, and `fault` says why. */
  counted: Counted | null;
  fault: ProductFault | null;
}

/** Adds the calls up, unless another observer did so since `until`. */
async function countCalls(
  tx: Transaction,
  until: Date | null,
  { workload, recent }: Counted,
): Promise<void> {
  const claimed = await tx
    .update(dataProducts)
    .set({
      workloadUntil: new Date(workload.until),
      droppedCalls: addCalls(dataProducts.droppedCalls, sql`${workload.dropped_calls}`),
    })
    .where(
      and(
        eq(dataProducts.productId, workload.product_id),
        until ? eq(dataProducts.workloadUntil, until) : isNull(dataProducts.workloadUntil),
      ),
    )
    .returning({ id: dataProducts.productId });
  if (claimed.length === 1) await upsertPatterns(tx, workload, recent);
}

async function look(
  ctx: ServiceContext,
  { product, baseUrl }: { product: DataProduct; baseUrl: string },
  known: typeof dataProducts.$inferSelect | undefined,
  since: Date,
): Promise<Look> {
  try {
    const [schema, counting] = await Promise.all([product.getSchema(), count(ctx, product, since)]);
    return { schema, ...counting };
  } catch (error) {
    const fault = faultOf(error);
    // A look that fails does not show that what was wrong with the schema is mended.
    const before = known?.faults.filter(
      ({ code }) => code === "stale_fingerprint" || code === "parts_left_out",
    );
    const faults = [fault ?? [], before ?? []].flat();
    const noted = { baseUrl, lastError: toAppError(error).message, faults };
    await ctx.db.transaction(async (tx) => {
      await tx
        .insert(dataProducts)
        // The domain is told with the schema.
        .values({ productId: product.productId, domain: "", ...noted })
        .onConflictDoUpdate({ target: dataProducts.productId, set: noted });
      if (known === undefined) return;
      await reportSilence({ tx, ctx, input: { known, error: noted.lastError } });
    });
    throw error;
  }
}

/** A fault of the product is told beside what else is known of it; anything else is thrown. */
async function count(
  ctx: ServiceContext,
  product: DataProduct,
  since: Date,
): Promise<Pick<Look, "counted" | "fault">> {
  // Latencies shown beside a shape are of this window too: one poll sees too few calls.
  const recentSince = new Date(ctx.clock.now().getTime() - DRIFT_WINDOW_MS);
  try {
    // One after the other: of a shape no more calls are shown than were counted.
    const recent = await product.getWorkload(recentSince);
    const workload = await product.getWorkload(since);
    return { counted: { workload, recent }, fault: null };
  } catch (error) {
    const fault = faultOf(error);
    if (fault === null) throw error;
    return { counted: null, fault };
  }
}

/** What is wrong although the product is observed. */
function findFaults(
  { schema, counted, fault }: Look,
  known: typeof dataProducts.$inferSelect | undefined,
  baseUrl: string,
): ProductFault[] {
  const before = ProductSchema.safeParse(known?.schema);
  const place = placeOf(baseUrl, "GET /connector/schema");
  // Of a part that was left out it is not known whether it changed.
  const isWhole = [schema.left_out, ...(known?.faults ?? [])].every(
    (each) => each?.code !== "parts_left_out",
  );
  const changed =
    isWhole && before.success ? faultOf(compareSchemas(place, before.data, schema)) : null;
  // Only a new fingerprint shows that it follows the schema now.
  const isSame = known?.schemaFingerprint === schema.schema_fingerprint;
  const stale = isSame ? known?.faults.find(({ code }) => code === "stale_fingerprint") : undefined;
  const rows = counted?.workload.left_out ?? counted?.recent.left_out;
  return [schema.left_out, changed ?? stale, fault ?? rows?.fault].filter((each) => each != null);
}

async function upsertProduct(
  tx: Transaction,
  {
    schema,
    ...seen
  }: { schema: ProductSchema; baseUrl: string; lastSeenAt: Date; faults: ProductFault[] },
) {
  const values = {
    ...seen,
    domain: schema.domain,
    schema,
    schemaFingerprint: schema.schema_fingerprint,
    dataVersion: schema.data_version,
    lastError: null,
  };
  await tx
    .insert(dataProducts)
    .values({ productId: schema.product_id, ...values })
    .onConflictDoUpdate({ target: dataProducts.productId, set: values });
}

async function upsertPatterns(tx: Transaction, workload: Workload, recent: Workload) {
  const called = workload.patterns.filter((pattern) => pattern.calls > 0);
  if (called.length === 0) return;
  const shown = new Map(recent.patterns.map((pattern) => [pattern.fingerprint, pattern]));
  const rows = called.map((pattern) =>
    toRow(pattern, shown.get(pattern.fingerprint) ?? null, recent),
  );
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    await upsertRows(tx, rows.slice(start, start + ROWS_AT_ONCE));
  }
}

/** A sum beyond what the column holds stays there. */
const addCalls = (column: AnyPgColumn, more: SQL) =>
  sql`least(${column}::bigint + ${more}, ${WORKLOAD_LIMITS.calls})::integer`;

async function upsertRows(tx: Transaction, rows: ReturnType<typeof toRow>[]) {
  const calls = addCalls(observedPatterns.occurrenceCount, sql`excluded.occurrence_count`);
  await tx
    .insert(observedPatterns)
    .values(rows)
    .onConflictDoUpdate({
      target: observedPatterns.patternId,
      set: {
        patternData: sql`excluded.pattern_data`,
        lastObserved: sql`excluded.last_observed`,
        occurrenceCount: calls,
        confidence: sql`(${calls})::float8 / ((${calls})::float8 + ${CALLS_FOR_HALF_CONFIDENCE})`,
      },
    });
}

/** Parameter values and single latencies stay with the product: a store of shapes needs neither. */
function toRow(counted: WorkloadPattern, shown: WorkloadPattern | null, window: Workload) {
  const {
    parameter_samples: _values,
    example_sql: _example,
    latencies_ms: _latencies,
    ...kept
  } = { ...counted, ...shown, calls: counted.calls };
  const patternData: StoredPattern = {
    ...kept,
    product_id: window.product_id,
    recent: {
      calls: shown?.calls ?? 0,
      // A product that was restarted in the window knows the calls since then only.
      since: new Date(
        Math.max(Date.parse(counted.first_seen), Date.parse(window.since)),
      ).toISOString(),
      until: window.until,
    },
  };
  return {
    patternId: patternId(window.product_id, counted.fingerprint),
    patternType: `query.${counted.kind}`,
    patternData,
    firstObserved: new Date(counted.first_seen),
    lastObserved: new Date(counted.last_seen),
    occurrenceCount: counted.calls,
    confidence: counted.calls / (counted.calls + CALLS_FOR_HALF_CONFIDENCE),
  };
}

/** A stable UUID per product and shape (SHA-256 in version 8 form, RFC 9562 section 5.8). */
function patternId(productId: string, fingerprint: string): string {
  const hex = createHash("sha256").update(`${productId}\n${fingerprint}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
