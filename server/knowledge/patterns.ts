import { desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { dataProducts, observedPatterns } from "@/drizzle/schema";
import { type ObservedPattern, WorkloadPattern } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { type CallWindow, judgeDrift, latestWindow } from "./drift";

/** `pattern_data` of observed_patterns: the shape as last seen, without values or latencies. */
export const StoredPattern = WorkloadPattern.extend({
  product_id: z.string(),
  /** Calls of the window that ended with this look; left out in rows of older versions. */
  recent: z
    .object({
      calls: z.number().int().nonnegative(),
      since: z.iso.datetime(),
      until: z.iso.datetime(),
    })
    .optional(),
});
export type StoredPattern = z.infer<typeof StoredPattern>;

type PatternRow = typeof observedPatterns.$inferSelect;

/** From the first call of any shape to the end of what is counted, ms of the epoch. */
interface Observation {
  since: number;
  until: number;
}

/** Query shapes of this sidecar's product, the most called first (at most 500). */
export async function listPatterns({ ctx }: { ctx: ServiceContext }): Promise<ObservedPattern[]> {
  assertCan(ctx.actor, "product.read");
  const productId = ctx.settings.DATA_PRODUCT_ID;
  const ofProduct = eq(sql`${observedPatterns.patternData}->>'product_id'`, productId);
  const [rows, [first], [product]] = await Promise.all([
    ctx.db
      .select()
      .from(observedPatterns)
      .where(ofProduct)
      .orderBy(desc(observedPatterns.occurrenceCount), observedPatterns.patternId)
      .limit(500),
    ctx.db
      .select({ at: observedPatterns.firstObserved })
      .from(observedPatterns)
      .where(ofProduct)
      .orderBy(observedPatterns.firstObserved)
      .limit(1),
    ctx.db.select().from(dataProducts).where(eq(dataProducts.productId, productId)),
  ]);
  const observation = {
    since: first?.at.getTime() ?? 0,
    until: product?.workloadUntil?.getTime() ?? 0,
  };
  return rows.map((row) => toObservedPattern(row, observation));
}

function toObservedPattern(row: PatternRow, { since, until }: Observation): ObservedPattern {
  const stored = StoredPattern.parse(row.patternData);
  const recent = readRecent(stored);
  return {
    pattern_id: row.patternId,
    pattern_type: row.patternType,
    // All calls ever counted; the stored row holds those of the last look.
    pattern: WorkloadPattern.parse({ ...stored, calls: row.occurrenceCount }),
    first_observed: row.firstObserved.toISOString(),
    last_observed: row.lastObserved.toISOString(),
    occurrence_count: row.occurrenceCount,
    confidence: row.confidence,
    drift: judgeDrift({
      firstSeen: row.firstObserved.getTime(),
      calls: row.occurrenceCount,
      recent,
      observedSince: since,
      observedUntil: until,
    }),
    recent: recent && showWindow(latestWindow(recent, until)),
  };
}

function readRecent({ recent }: StoredPattern): CallWindow | null {
  if (recent === undefined) return null;
  const { calls, since, until } = recent;
  return { calls, since: Date.parse(since), until: Date.parse(until) };
}

function showWindow({ calls, since, until }: CallWindow): ObservedPattern["recent"] {
  return { calls, since: new Date(since).toISOString(), until: new Date(until).toISOString() };
}
