import { and, eq, gt, or, sql } from "drizzle-orm";
import { operations } from "@/drizzle/schema";
import { type ServiceContext, verificationWindow } from "@/server/platform";

/** A verification that has not ended this long after its window is nobody's any more. */
const LATE_MS = 120_000;
/** A verification may last for days; proofs give way to its beginning, where the first verdict falls. */
const FIRST_SECONDS_MAX = 1800;

/**
 * True while something is executed on this product or its live workload is being measured: a proof
 * would disturb. Bounded: a verification that never ends does not keep the product busy for ever.
 */
export async function isProductBusy({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { productId: string };
}): Promise<boolean> {
  // No verification yet: it is about to begin.
  const verifying = sql`coalesce(${operations.verification}->>'state', 'verifying') = 'verifying'`;
  const windowMs =
    Math.min(verificationWindow(ctx.settings).secondsMax, FIRST_SECONDS_MAX) * 1000 + LATE_MS;
  const since = new Date(ctx.clock.now().getTime() - windowMs);
  const [row] = await ctx.db
    .select({ id: operations.id })
    .from(operations)
    .where(
      and(
        // One of another product may wait here for ever.
        eq(operations.productId, input.productId),
        or(
          eq(operations.state, "executing"),
          and(
            eq(operations.state, "executed"),
            eq(operations.kind, "execute"),
            gt(operations.finishedAt, since),
            verifying,
          ),
        ),
      ),
    )
    .limit(1);
  return row !== undefined;
}
