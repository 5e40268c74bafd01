import { desc, sql } from "drizzle-orm";
import { operations } from "@/drizzle/schema";
import type { TrackRecord } from "@/server/contracts";
import type { Database } from "@/server/platform";

/** A passed proof has a 95% interval that excludes zero: worth 19 kept promises of 20. */
const PRIOR = { delivered: 19, of: 20 };

/**
 * Mean of the Beta posterior that an expected outcome comes true: the interval's nominal level as
 * prior, moved by what executions here have really delivered. Source: Beta-binomial conjugacy.
 */
export function calibrateConfidence(record: TrackRecord): number {
  return (PRIOR.delivered + record.delivered) / (PRIOR.of + record.of);
}

/** Confidence follows what executions delivered lately: so many of the latest count. */
const OUTCOMES_MAX = 1000;

/** The latest executions that were verified, and how many of them delivered what was expected. */
export async function readTrackRecord(db: Database): Promise<TrackRecord> {
  const state = sql<string>`${operations.verification}->>'state'`;
  const latest = db
    .select({ state: state.as("state") })
    .from(operations)
    // Spelled out as in the index operations_judged, which is chosen by these very words.
    .where(
      sql`${operations.kind} = 'execute' and ${state} in ('confirmed', 'confirmed_with_regressions', 'regressed')`,
    )
    .orderBy(desc(operations.finishedAt))
    .limit(OUTCOMES_MAX)
    .as("latest");
  const [row] = await db
    .select({
      of: sql<number>`count(*)::int`,
      delivered: sql<number>`(count(*) filter (where ${latest.state} <> 'regressed'))::int`,
    })
    .from(latest);
  return row ?? { delivered: 0, of: 0 };
}
