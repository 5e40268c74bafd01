import { and, eq, gt, inArray, ne, notInArray, or, type SQL, sql } from "drizzle-orm";
import { agentDecisions, suggestions } from "@/drizzle/schema";
import { kindsWhere } from "@/server/advisor";
import { OPEN_STATES, type ProductSchema } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import type { ServiceContext } from "@/server/platform";
import { analyze } from "./analyze";

/** Calls of SELECT shapes before an analysis has something to weigh. */
const CALLS_MIN = 30;
const DAY_MS = 24 * 3_600_000;

/**
 * Starts an analysis of the whole product when one is due and the last day's workload is enough to
 * weigh. Answers its suggestion, or null.
 */
export async function analyzeWhenDue({
  ctx,
  input: { product, schema },
}: {
  ctx: ServiceContext;
  input: { product: DataProduct; schema: ProductSchema };
}): Promise<string | null> {
  if (!(await isAnalysisDue({ ctx, input: schema }))) return null;
  const workload = await product.getWorkload(new Date(ctx.clock.now().getTime() - DAY_MS));
  const calls = workload.patterns
    .filter((pattern) => pattern.kind === "select")
    .reduce((sum, pattern) => sum + pattern.calls, 0);
  if (calls < CALLS_MIN) return null;
  const { suggestion_id } = await analyze({
    ctx,
    input: {
      operation_type: "schema_optimization",
      product_id: schema.product_id,
      context: {},
    },
  });
  return suggestion_id;
}

/** Not asked again for the same schema within this time: rejected advice does not come back at once. */
const HYSTERESIS_MS = 24 * 3_600_000;
/** A proof or execution that failed said nothing of the schema: asked again, but not at once. */
const BACK_OFF_MS = 3_600_000;

const ADVICE_KINDS = kindsWhere(({ carriedOutBy }) => carriedOutBy === "developers");

/** Asked about the whole product: one table, the caller's own queries or a shorter time say less. */
const isOfAll = sql`exists (
  select from ${agentDecisions}
  where ${agentDecisions.decisionId} = ${suggestions.decisionId}
    and ${agentDecisions.context} = '{}'::jsonb
)`;

/** Approved advice for the product's developers stays approved: nobody executes it. */
const hasWorkLeft = sql`exists (
  select from suggestion_items item
  where item.suggestion_id = ${suggestions.id} and item.is_approved
    and ${notInArray(sql`item.candidate->'change'->>'kind'`, ADVICE_KINDS)}
)`;

/**
 * True unless something about this product is open, or all of it was analyzed lately for this very
 * schema. Asked every few seconds: each reason is a look-up of its own in an index.
 */
export async function isAnalysisDue({
  ctx,
  input: schema,
}: {
  ctx: ServiceContext;
  input: ProductSchema;
}): Promise<boolean> {
  const ago = (ms: number) => new Date(ctx.clock.now().getTime() - ms);
  const { state, createdAt, updatedAt, schemaFingerprint } = suggestions;
  const reasons = [
    inArray(state, [...OPEN_STATES, "executing"]),
    and(eq(state, "approved"), hasWorkLeft),
    and(
      or(
        and(ne(state, "failed"), gt(createdAt, ago(HYSTERESIS_MS))),
        and(eq(state, "failed"), gt(updatedAt, ago(BACK_OFF_MS))),
      ),
      eq(schemaFingerprint, schema.schema_fingerprint),
      isOfAll,
    ),
  ];
  for (const reason of reasons) {
    if (await hasSuggestion(ctx, schema.product_id, reason)) return false;
  }
  return true;
}

async function hasSuggestion(
  ctx: ServiceContext,
  productId: string,
  reason: SQL | undefined,
): Promise<boolean> {
  const [found] = await ctx.db
    .select({ id: suggestions.id })
    .from(suggestions)
    .where(and(eq(suggestions.productId, productId), reason))
    .limit(1);
  return found !== undefined;
}
