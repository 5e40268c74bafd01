import { desc, eq } from "drizzle-orm";
import { auditEvents } from "@/drizzle/schema";
import type { Workload } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import type { ServiceContext } from "@/server/platform";
import { CALLS_MIN } from "./judge";

/** How far back the live latencies reach that an execution is compared with. */
const WINDOW_MS = 15 * 60_000;
/** Shapes that need enough calls before a shorter, quieter window is preferred. */
const QUIET_SHARE = 0.9;

/**
 * Live latencies per shape just before an execution. Calls made while a proof was running shared
 * the machine with it, so the window starts after the last proof whenever that leaves enough calls.
 */
export async function readLiveBefore({
  ctx,
  input: { product },
}: {
  ctx: ServiceContext;
  input: { product: DataProduct };
}): Promise<Workload> {
  const whole = await product.getWorkload(new Date(ctx.clock.now().getTime() - WINDOW_MS));
  const [proof] = await ctx.db
    .select({ at: auditEvents.at })
    .from(auditEvents)
    .where(eq(auditEvents.action, "suggestion.prove"))
    .orderBy(desc(auditEvents.id))
    .limit(1);
  if (proof === undefined || proof.at.getTime() <= ctx.clock.now().getTime() - WINDOW_MS)
    return whole;
  const quiet = await product.getWorkload(proof.at);
  return countJudged(quiet) >= QUIET_SHARE * countJudged(whole) ? quiet : whole;
}

function countJudged(workload: Workload): number {
  return workload.patterns.filter((pattern) => (pattern.latencies_ms?.length ?? 0) >= CALLS_MIN)
    .length;
}
