import { and, eq, gt, inArray, or, sql } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import type { ProductSchema } from "@/server/contracts";
import type { ServiceContext } from "@/server/platform";

/** Not asked again for the same schema within this time: rejected advice does not come back at once. */
const HYSTERESIS_MS = 24 * 3_600_000;

/** Approved advice for the product's developers stays approved: nobody executes it. */
const hasWorkLeft = sql`exists (
  select from suggestion_items item
  where item.suggestion_id = ${suggestions.id} and item.is_approved
    and item.candidate->'change'->>'kind' <> 'rewrite_query'
)`;

/** True unless an analysis of this product is open, or this very schema was analyzed lately. */
export async function isAnalysisDue(ctx: ServiceContext, schema: ProductSchema): Promise<boolean> {
  const [blocking] = await ctx.db
    .select({ id: suggestions.id })
    .from(suggestions)
    .where(
      and(
        eq(suggestions.productId, schema.product_id),
        or(
          inArray(suggestions.state, ["proposed", "proving", "pending", "executing"]),
          and(eq(suggestions.state, "approved"), hasWorkLeft),
          and(
            eq(suggestions.schemaFingerprint, schema.schema_fingerprint),
            gt(suggestions.createdAt, new Date(Date.now() - HYSTERESIS_MS)),
          ),
        ),
      ),
    )
    .limit(1);
  return blocking === undefined;
}
