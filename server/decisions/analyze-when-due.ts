import { and, desc, eq, gt, inArray, ne, notInArray, type SQL, sql } from "drizzle-orm";
import { agentDecisions, dataProducts, suggestions } from "@/drizzle/schema";
import { kindsWhere } from "@/server/advisor";
import type { ProductSchema, WorkloadMix } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { mixDistance, mixOf } from "@/server/knowledge";
import { recordAudit, type ServiceContext } from "@/server/platform";
import { analyze } from "./analyze";
import { gatherWorkload, loadGathered, stopGathering } from "./gather-workload";
import { question } from "./question";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;
/** How often a workload that was analyzed is looked at again, to see whether it has moved. */
const LOOK_AGAIN_MS = MINUTE_MS;

/**
 * Starts an analysis of the whole product when one is due: none was made lately and the last day's
 * workload is enough (until then it is gathered, and shown so), or the workload has moved far from what
 * the last proof measured. Answers its suggestion, or null.
 */
export async function analyzeWhenDue({
  ctx,
  input: { product, schema },
}: {
  ctx: ServiceContext;
  input: { product: DataProduct; schema: ProductSchema };
}): Promise<string | null> {
  const { product_id: productId } = schema;
  const due = await whyDue({ ctx, input: schema });
  if (due.why === "not_due") {
    await stopGathering({ ctx, input: { productId } });
    return null;
  }
  const before = await loadGathered(ctx, productId);
  const now = ctx.clock.now().getTime();
  if (due.why === "moved" && before !== null && now - Date.parse(before.at) < LOOK_AGAIN_MS) {
    return null;
  }
  const workload = await product.getWorkload(new Date(now - DAY_MS));
  const mix = mixOf(workload.patterns);
  const isFirst = due.why === "nothing_known";
  const { readiness } = await gatherWorkload({ ctx, input: { productId, before, mix, isFirst } });
  if (!readiness.is_enough) return null;
  if (due.why === "moved") {
    const distance = mixDistance(due.provedMix, mix);
    if (distance < ctx.settings.WORKLOAD_MOVED_MIN) return null;
    await beginEpoch(ctx, productId, { distance, since: due.since });
  }
  const { suggestion_id } = await analyze({
    ctx,
    input: { operation_type: "schema_optimization", product_id: productId, context: {} },
  });
  await stopGathering({ ctx, input: { productId } });
  return suggestion_id;
}

/** From here on the same request is another question: what was open is about another workload. */
async function beginEpoch(
  ctx: ServiceContext,
  productId: string,
  moved: { distance: number; since: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(dataProducts)
      .set({ workloadEpoch: sql`${dataProducts.workloadEpoch} + 1` })
      .where(eq(dataProducts.productId, productId));
    await recordAudit(tx, ctx, {
      action: "product.workload_moved",
      subjectType: "product",
      subjectId: productId,
      after: {
        distance: moved.distance,
        limit: ctx.settings.WORKLOAD_MOVED_MIN,
        since: moved.since,
      },
    });
  });
}

/** Not asked again for the same schema within this time: rejected advice does not come back at once. */
const HYSTERESIS_MS = 24 * 3_600_000;
/** A proof or execution that failed said nothing of the schema: asked again, but not at once. */
const BACK_OFF_MS = 3_600_000;

const ADVICE_KINDS = kindsWhere(({ carriedOutBy }) => carriedOutBy === "developers");

/** Asked about the whole product: one table, the caller's own queries or a shorter time say less. By an index. */
const isOfAll = sql`exists (
  select from ${agentDecisions}
  where ${agentDecisions.decisionId} = ${suggestions.decisionId}
    and ${question} = '{}'::jsonb and ${agentDecisions.context} = '{}'::jsonb
)`;

/** What somebody asked to have tested says nothing of the workload. By an index. */
const isProposed = sql`not exists (
  select from ${agentDecisions}
  where ${agentDecisions.decisionId} = ${suggestions.decisionId} and ${agentDecisions.context} ? 'requested'
)`;

/** Approved advice for the product's developers stays approved: nobody executes it. */
const hasWorkLeft = sql`exists (
  select from suggestion_items item
  where item.suggestion_id = ${suggestions.id} and item.is_approved
    and ${notInArray(sql`item.candidate->'change'->>'kind'`, ADVICE_KINDS)}
)`;

type Due =
  | { why: "not_due" }
  /** Nothing is open about the product, and nothing was found of late. */
  | { why: "nothing_known" }
  /** What is known rests on this mix; due once the workload has moved far from it. */
  | { why: "moved"; provedMix: WorkloadMix; since: string };

const NOT_DUE: Due = { why: "not_due" };

/**
 * Whether, and why, an analysis of the product may be started now. Asked every few seconds: each reason
 * is a look-up of its own in an index.
 */
export async function whyDue({
  ctx,
  input: schema,
}: {
  ctx: ServiceContext;
  input: ProductSchema;
}): Promise<Due> {
  const ago = (ms: number) => new Date(ctx.clock.now().getTime() - ms);
  const { state, createdAt, updatedAt, schemaFingerprint } = suggestions;
  const isSameSchema = eq(schemaFingerprint, schema.schema_fingerprint);
  const isAny = (reasons: (SQL | undefined)[]) => hasAny(ctx, schema.product_id, reasons);
  const isUnderWay = await isAny([
    inArray(state, ["proving", "executing"]),
    and(eq(state, "approved"), hasWorkLeft),
    and(eq(state, "failed"), gt(updatedAt, ago(BACK_OFF_MS)), isSameSchema, isOfAll),
    and(eq(state, "cancelled"), gt(updatedAt, ago(HYSTERESIS_MS)), isSameSchema, isOfAll),
  ]);
  if (isUnderWay) return NOT_DUE;
  const isKnown = await isAny([
    and(eq(state, "pending"), isProposed),
    and(ne(state, "failed"), gt(createdAt, ago(HYSTERESIS_MS)), isSameSchema, isOfAll),
  ]);
  if (!isKnown) return { why: "nothing_known" };
  const last = await lastProof(ctx, schema);
  const soonest = ago(ctx.settings.WORKLOAD_REMEASURE_MINUTES * MINUTE_MS);
  if (last === null || last.createdAt > soonest) return NOT_DUE;
  return { why: "moved", provedMix: last.mix, since: last.id };
}

async function hasAny(
  ctx: ServiceContext,
  productId: string,
  reasons: (SQL | undefined)[],
): Promise<boolean> {
  for (const reason of reasons) {
    const [found] = await ctx.db
      .select({ id: suggestions.id })
      .from(suggestions)
      .where(and(eq(suggestions.productId, productId), reason))
      .limit(1);
    if (found !== undefined) return true;
  }
  return false;
}

/** The last proof of the whole product that measured its workload; null: none did, or of another schema. */
async function lastProof(
  { db }: ServiceContext,
  { product_id: productId, schema_fingerprint: fingerprint }: ProductSchema,
): Promise<{ id: string; createdAt: Date; mix: WorkloadMix } | null> {
  const { id, createdAt, workloadMix } = suggestions;
  const [last] = await db
    .select({ id, createdAt, mix: workloadMix })
    .from(suggestions)
    .where(
      and(
        eq(suggestions.productId, productId),
        // Spelled out as in the index suggestions_mixes, which is chosen by these very words.
        sql`workload_mix is not null`,
        eq(suggestions.schemaFingerprint, fingerprint),
        notInArray(suggestions.state, ["failed", "cancelled"]),
        isOfAll,
      ),
    )
    .orderBy(desc(createdAt))
    .limit(1);
  return last === undefined || last.mix === null ? null : { ...last, mix: last.mix };
}
