import { desc, eq, sql } from "drizzle-orm";
import { observedPatterns } from "@/drizzle/schema";
import { type ObservedPattern, WorkloadPattern } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { env, type ServiceContext } from "@/server/platform";

/** Query shapes of this sidecar's product, the most called first (at most 500). */
export async function listPatterns({ ctx }: { ctx: ServiceContext }): Promise<ObservedPattern[]> {
  assertCan(ctx.actor, "product.read");
  const rows = await ctx.db
    .select()
    .from(observedPatterns)
    .where(eq(sql`${observedPatterns.patternData}->>'product_id'`, env().DATA_PRODUCT_ID))
    .orderBy(desc(observedPatterns.occurrenceCount), observedPatterns.patternId)
    .limit(500);
  return rows.map((row) => ({
    pattern_id: row.patternId,
    pattern_type: row.patternType,
    // All calls ever counted; the stored row holds those of the last look.
    pattern: { ...WorkloadPattern.parse(row.patternData), calls: row.occurrenceCount },
    first_observed: row.firstObserved.toISOString(),
    last_observed: row.lastObserved.toISOString(),
    occurrence_count: row.occurrenceCount,
    confidence: row.confidence,
    drift: "settling",
  }));
}
