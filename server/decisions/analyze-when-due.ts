import { and, eq, gt, inArray, or } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import type { ProductSchema } from "@/server/contracts";
import type { ServiceContext } from "@/server/platform";
import { analyze } from "./analyze";

/** Not asked again for the same schema within this time: rejected advice does not come back at once. */
const HYSTERESIS_MS = 24 * 3_600_000;

/**
 * Starts an analysis of the whole product unless one is open, or this very schema was analyzed
 * lately. Returns the suggestion's id, or null when it is not due.
 */
export async function analyzeWhenDue(
  ctx: ServiceContext,
  schema: ProductSchema,
): Promise<string | null> {
  const [blocking] = await ctx.db
    .select({ id: suggestions.id })
    .from(suggestions)
    .where(
      and(
        eq(suggestions.productId, schema.product_id),
        or(
          inArray(suggestions.state, ["proposed", "proving", "pending", "approved", "executing"]),
          and(
            eq(suggestions.schemaFingerprint, schema.schema_fingerprint),
            gt(suggestions.createdAt, new Date(Date.now() - HYSTERESIS_MS)),
          ),
        ),
      ),
    )
    .limit(1);
  if (blocking) return null;
  const suggestion = await analyze({
    ctx,
    input: {
      operation_type: "schema_optimization",
      product_id: schema.product_id,
      context: {},
    },
  });
  return suggestion.suggestion_id;
}
