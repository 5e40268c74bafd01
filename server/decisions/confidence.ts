import { and, eq, inArray, sql } from "drizzle-orm";
import { operations } from "@/drizzle/schema";
import type { Database } from "@/server/platform";

/** A passed proof has a 95 % interval that excludes zero: worth 19 kept promises of 20. */
const PRIOR = { kept: 19, of: 20 };

/**
 * Mean of the Beta posterior that a promise is kept: the interval's nominal level as prior, moved
 * by what executions here have really delivered. Source: Beta-binomial conjugacy.
 */
export function calibrateConfidence(outcomes: { kept: number; of: number }): number {
  return (PRIOR.kept + outcomes.kept) / (PRIOR.of + outcomes.of);
}

/** Executions verified so far, and how many of them delivered what was promised. */
export async function countOutcomes(db: Database): Promise<{ kept: number; of: number }> {
  const state = sql<string>`${operations.verification}->>'state'`;
  const [row] = await db
    .select({
      of: sql<number>`count(*)::int`,
      kept: sql<number>`(count(*) filter (where ${state} = 'confirmed'))::int`,
    })
    .from(operations)
    .where(and(eq(operations.kind, "execute"), inArray(state, ["confirmed", "regressed"])));
  return row ?? { kept: 0, of: 0 };
}
