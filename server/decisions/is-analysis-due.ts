import { and, eq, gt, inArray, ne, notInArray, or, sql } from "drizzle-orm";
import { agentDecisions, suggestions } from "@/drizzle/schema";
import { kindsWhere } from "@/server/advisor";
import { OPEN_STATES, type ProductSchema } from "@/server/contracts";
import type { ServiceContext } from "@/server/platform";

/** Not asked again for the same schema within this time: rejected advice does not come back at once. */
const HYSTERESIS_MS = 24 * 3_600_000;
/** A proof or execution that failed said nothing of the schema: asked again, but not at once. */
const BACK_OFF_MS = 3_600_000;

/** Asked about the whole product: one table, the caller's own queries or a shorter time say less. */
const isOfAll = sql`${agentDecisions.context} = '{}'::jsonb`;

const ADVICE_KINDS = kindsWhere(({ carriedOutBy }) => carriedOutBy === "developers");

/** Approved advice for the product's developers stays approved: nobody executes it. */
const hasWorkLeft = sql`exists (
  select from suggestion_items item
  where item.suggestion_id = ${suggestions.id} and item.is_approved
    and ${notInArray(sql`item.candidate->'change'->>'kind'`, ADVICE_KINDS)}
)`;

/**
 * True unless something about this product is open, or all of it was analyzed lately for this very
 * schema.
 */
export async function isAnalysisDue(ctx: ServiceContext, schema: ProductSchema): Promise<boolean> {
  const ago = (ms: number) => new Date(Date.now() - ms);
  const [blocking] = await ctx.db
    .select({ id: suggestions.id })
    .from(suggestions)
    .innerJoin(agentDecisions, eq(agentDecisions.decisionId, suggestions.decisionId))
    .where(
      and(
        eq(suggestions.productId, schema.product_id),
        or(
          inArray(suggestions.state, [...OPEN_STATES, "executing"]),
          and(eq(suggestions.state, "approved"), hasWorkLeft),
          and(
            eq(suggestions.schemaFingerprint, schema.schema_fingerprint),
            isOfAll,
            or(
              and(ne(suggestions.state, "failed"), gt(suggestions.createdAt, ago(HYSTERESIS_MS))),
              and(eq(suggestions.state, "failed"), gt(suggestions.updatedAt, ago(BACK_OFF_MS))),
            ),
          ),
        ),
      ),
    )
    .limit(1);
  return blocking === undefined;
}
